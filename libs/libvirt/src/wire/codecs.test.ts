import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryOf } from '../../tools/arbitrary.ts';
import { readFacts } from '../../tools/facts.ts';
import type { Field } from '../../tools/facts.ts';
import { messages } from '../generated/messages.ts';
import { domainGetState, domainLookupByUuid, domainSetMetadata, procedures } from '../generated/procedures.ts';
import * as records from '../generated/records.ts';
import { LibvirtCodecError } from './codec-error.ts';
import { PACKET_MIN, STRING_MAX } from './limits.ts';
import { PacketType, Status } from './packet.ts';
import { decodeBody, encodePacket } from './procedure.ts';
import type { AnyCodec } from './procedure.ts';

const facts = readFacts(new URL('../../protocol/', import.meta.url));
const header = { program: 0x2000_8086, version: 1, procedure: 1, type: PacketType.call, serial: 7, status: Status.ok };

interface Body {
  readonly name: string;
  readonly codec: AnyCodec;
  readonly fields: readonly Field[];
}

const bodies: Body[] = [
  ...facts.procedures.flatMap((fact, i) => [
    { name: `${fact.name} args`, codec: procedures[i]!.args, fields: fact.args },
    { name: `${fact.name} result`, codec: procedures[i]!.result, fields: fact.result },
  ]),
  ...facts.messages.map((fact, i) => ({ name: fact.name, codec: messages[i]!.body, fields: fact.body })),
  ...facts.records.map(({ name, fields }) => {
    const functions = records as unknown as Record<string, never>;
    return { name, codec: { write: functions[`write${name}`]!, read: functions[`read${name}`]! }, fields };
  }),
].filter(({ fields }) => fields.length > 0);

const encode = (name: string, codec: AnyCodec, value: unknown): Buffer =>
  encodePacket(name, header, codec, value as never);

describe('every codec', () => {
  test('there is one for each procedure, message and record of the tables', () => {
    expect(procedures.map(({ name, number }) => [name, number])).toEqual(
      facts.procedures.map(({ name, number }) => [name, number]),
    );
    expect(procedures).toHaveLength(233);
    expect(messages).toHaveLength(36);
    expect(facts.records).toHaveLength(24);
  });

  test.each(bodies)('$name decodes what it encodes', ({ name, codec, fields }) => {
    const check = fc.property(arbitraryOf(fields, facts), (value) => {
      const packet = encode(name, codec, value);
      expect(packet.readUInt32BE(0)).toBe(packet.length);
      expect(packet.length % 4).toBe(0);
      expect(normal(decodeBody(name, codec, packet))).toEqual(normal(value));
    });
    fc.assert(check, { numRuns: 20 });
  });

  test.each(bodies)(
    '$name refuses bytes that it cannot read with the typed error, and reads the rest back the same',
    ({ name, codec, fields }) => {
      const damaged = fc
        .tuple(arbitraryOf(fields, facts), fc.nat(), fc.integer({ min: 0, max: 255 }), fc.boolean())
        .map(([value, at, byte, cut]) => {
          const packet = Buffer.from(encode(name, codec, value));
          const place = PACKET_MIN + (at % (packet.length - PACKET_MIN));
          if (cut) return packet.subarray(0, place);
          packet[place] = byte;
          return packet;
        });
      const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([Buffer.alloc(PACKET_MIN), bytes]));
      const check = fc.property(fc.oneof(damaged, noise), (packet) => {
        expect(readAndWrite(name, codec, packet)).toEqual(packet.subarray(PACKET_MIN));
      });
      fc.assert(check, { numRuns: 40 });
    },
  );
});

describe('a limit', () => {
  const dom = { name: 'n', uuid: '6695eb01-f6a4-8304-79aa-97f2502e193f', id: 1 };

  test('is checked when encoding, with procedure and field but without the value in the error', () => {
    const secret = 'secret\0';
    const error = failure(() =>
      encode('domain_set_metadata args', domainSetMetadata.args, {
        dom,
        type: 0,
        metadata: secret,
        key: null,
        uri: null,
        flags: 0,
      }),
    );
    expect(error).toMatchObject({
      code: 'LIBVIRT_CODEC',
      procedure: 'domain_set_metadata args',
      field: 'metadata',
      offset: 64,
    });
    expect(error.message).toBe(
      'domain_set_metadata args: field metadata (byte 64): expected well-formed text without NUL',
    );
  });

  test.each([
    ['a number that is none', { dom, flags: 0.5 }, 'flags'],
    ['a negative unsigned', { dom, flags: -1 }, 'flags'],
    ['a uuid that is none', { dom: { ...dom, uuid: 'x' }, flags: 0 }, 'Domain.uuid'],
    ['a lone surrogate', { dom: { ...dom, name: '\ud800' }, flags: 0 }, 'Domain.name'],
    ['an id beyond 32 bits', { dom: { ...dom, id: 2 ** 31 }, flags: 0 }, 'Domain.id'],
    ['a string beyond the limit', { dom: { ...dom, name: 'a'.repeat(STRING_MAX + 1) }, flags: 0 }, 'Domain.name'],
  ])('refuses %s', (_, args, field) => {
    expect(failure(() => encode('domain_get_state args', domainGetState.args, args))).toMatchObject({ field });
  });

  test('is checked when decoding: trailing bytes, padding, booleans, lengths', () => {
    const good = encode('x', domainGetState.args, { dom, flags: 0 });
    expect(failure(() => readState(Buffer.concat([good, Buffer.alloc(4)])))).toMatchObject({ field: '(end)' });
    const padding = Buffer.from(good);
    padding[PACKET_MIN + 4 + 2] = 1;
    expect(failure(() => readState(padding))).toMatchObject({ field: 'Domain.name' });
    const length = Buffer.from(good);
    length.writeUInt32BE(STRING_MAX + 1, PACKET_MIN);
    expect(failure(() => readState(length)).message).toMatch(/4194305 bytes/);
    expect(() => decodeBody('x', domainLookupByUuid.args, good.subarray(0, PACKET_MIN + 15))).toThrow(
      'the packet ends before it',
    );
    const metadata = Buffer.from(
      encode('x', domainSetMetadata.args, { dom, type: 0, metadata: null, key: null, uri: null, flags: 0 }),
    );
    metadata[PACKET_MIN + 8 + 16 + 4 + 4 + 3] = 2;
    expect(failure(() => decodeBody('x', domainSetMetadata.args, metadata))).toMatchObject({ field: 'metadata' });
  });

  test('refuses text that is not UTF-8, and takes a real replacement character', () => {
    const real = encode('x', domainGetState.args, { dom: { ...dom, name: '\ufffd' }, flags: 0 });
    expect(readState(real)).toMatchObject({ dom: { name: '\ufffd' } });
    const broken = Buffer.from(real);
    broken[PACKET_MIN + 4] = 0xff;
    expect(failure(() => readState(broken))).toMatchObject({ field: 'Domain.name' });
  });
});

/** Views of different buffers with the same bytes are equal; so are -0 and 0 here. */
function normal(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(normal);
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, normal(item)]));
  return value;
}

function failure(act: () => unknown): LibvirtCodecError {
  try {
    act();
  } catch (error) {
    if (error instanceof LibvirtCodecError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

function readState(packet: Buffer): unknown {
  return decodeBody('x', domainGetState.args, packet);
}

/** The body written back after reading it; as it was when reading refuses it with the typed error. */
function readAndWrite(name: string, codec: AnyCodec, packet: Buffer): Buffer {
  let value: unknown;
  try {
    value = decodeBody(name, codec, packet);
  } catch (error) {
    if (error instanceof LibvirtCodecError) return packet.subarray(PACKET_MIN);
    throw error;
  }
  return encode(name, codec, value).subarray(PACKET_MIN);
}
