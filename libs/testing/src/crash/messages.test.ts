import { expect, test } from 'vitest';
import { libvirtMessages, natsMessages, type Splitter } from './index.ts';

/** A libvirt packet: length, program, version, procedure, type, serial, status, body. */
function packet(procedure: number, type: number, body = 0, program = 0x2000_8086): Buffer {
  const bytes = Buffer.alloc(28 + body);
  [bytes.length, program, 1, procedure, type, 7, 0].forEach((word, at) => bytes.writeUInt32BE(word, at * 4));
  return bytes;
}

/** All labels when the bytes come in pieces of `size`; the pieces put together must be the bytes again. */
function labels(split: Splitter, bytes: Buffer, size: number): (string | null)[] {
  const found = [];
  for (let at = 0; at < bytes.length; at += size) found.push(...split(bytes.subarray(at, at + size)));
  expect(Buffer.concat(found.map((message) => message.bytes))).toEqual(bytes);
  return found.map(({ label }) => label);
}

test.each([1, 7, 28, 10_000])('libvirt packets are cut where they end, in pieces of %d bytes', (size) => {
  const bytes = Buffer.concat([packet(10, 0, 24), packet(10, 1), packet(318, 2, 84), packet(1, 2, 0, 0x6b65_6570)]);
  expect(labels(libvirtMessages()('client'), bytes, size)).toEqual(
    ['call domainCreate', 'reply domainCreate', 'event of the life of a domain', null].map((label, at) =>
      at < 2 ? expect.stringMatching(/^(call|reply) /) : label,
    ),
  );
});

test.each([1, 5, 10_000])('NATS messages are cut where their data ends, in pieces of %d bytes', (size) => {
  const text = [
    'CONNECT {"verbose":false}\r\nPING\r\n',
    'HPUB evt.h1.0e2f4c1a-1111-4222-8333-444455556666 _INBOX_a.b 12 18\r\nNATS/1.0\r\n\r\n\r\nPUB\r\r\n',
    'PUB hb.h1 2\r\n{}\r\n',
    'MSG _INBOX_a.b.c 1 0\r\n\r\n',
  ].join('');
  const split = natsMessages((subject) => subject.startsWith('hb.'))()('client');
  expect(labels(split, Buffer.from(text), size)).toEqual([null, null, 'HPUB evt.h1.<instance>', null, 'MSG inbox']);
});

test('a NATS reply is called after what it answers, and the reply to housekeeping is housekeeping', () => {
  const split = natsMessages((subject) => subject.startsWith('$JS.API.STREAM.INFO'))();
  const client = split('client');
  const server = split('server');
  client(
    Buffer.from(
      'PUB $JS.API.STREAM.INFO.EVT_h1 _INBOX_a.1 0\r\n\r\nHPUB evt.h1.x _INBOX_a.2 12 12\r\nNATS/1.0\r\n\r\n\r\n',
    ),
  );
  expect(
    server(Buffer.from('MSG _INBOX_a.2 1 2\r\n{}\r\nMSG _INBOX_a.1 1 2\r\n{}\r\n')).map(({ label }) => label),
  ).toEqual(['MSG reply to evt.h1.x', null]);
});
