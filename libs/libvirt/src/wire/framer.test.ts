import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { LibvirtCodecError } from './codec-error.ts';
import { Framer } from './framer.ts';
import { PACKET_MAX, PACKET_MIN } from './limits.ts';
import { rawPacket } from './packet.ts';

const header = { program: 1, version: 2, procedure: 3, type: 4, serial: 5, status: 2 };

function collect(): { framer: Framer; packets: Buffer[] } {
  const packets: Buffer[] = [];
  return { packets, framer: new Framer(({ bytes }) => packets.push(bytes)) };
}

test('packets come out whole and in order, however the bytes are cut', () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });
  const cuts = fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 20 });
  const check = fc.property(bodies, cuts, (given, sizes) => {
    const sent = given.map((body, serial) => rawPacket({ ...header, serial }, body));
    const stream = Buffer.concat(sent);
    const { framer, packets } = collect();
    for (let at = 0, i = 0; at < stream.length; i += 1) {
      const size = sizes[i % sizes.length]!;
      framer.push(stream.subarray(at, at + size));
      at += size;
    }
    expect(packets).toEqual(sent);
    expect(framer.idle).toBe(true);
  });
  fc.assert(check, { numRuns: 500 });
});

test('a packet within one chunk is a view of the chunk', () => {
  const { framer, packets } = collect();
  const chunk = Buffer.concat([rawPacket(header, Buffer.from('abcd')), rawPacket(header)]);
  framer.push(chunk);
  expect(packets.map(({ buffer }) => buffer)).toEqual([chunk.buffer, chunk.buffer]);
  expect(packets[0]!.buffer).toBe(chunk.buffer);
});

test('the header is read', () => {
  const seen: unknown[] = [];
  new Framer((packet) => seen.push(packet.header)).push(rawPacket({ ...header, procedure: -3, serial: 0xffff_ffff }));
  expect(seen).toEqual([{ ...header, procedure: -3, serial: 0xffff_ffff }]);
});

test.each([0, PACKET_MIN - 1, PACKET_MAX + 1, 0xffff_ffff])(
  'a length of %d is refused as soon as it is known',
  (length) => {
    const word = Buffer.alloc(4);
    word.writeUInt32BE(length);
    expect(() => collect().framer.push(word)).toThrow(LibvirtCodecError);
    const bytewise = collect().framer;
    expect(() => {
      for (const byte of word) bytewise.push(Buffer.of(byte));
    }).toThrow(LibvirtCodecError);
  },
);

test.each([PACKET_MIN, PACKET_MAX])('a length of %d is taken', (length) => {
  const word = Buffer.alloc(4);
  word.writeUInt32BE(length);
  const { framer } = collect();
  framer.push(word);
  expect(framer.idle).toBe(false);
});
