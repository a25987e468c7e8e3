/** What libvirt's own client and daemon said to each other (`npm run record`): we read it, and write the same bytes. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { messages } from '../generated/messages.ts';
import { procedures } from '../generated/procedures.ts';
import { readErrorRecord, writeErrorRecord } from '../generated/records.ts';
import { Framer } from '../wire/framer.ts';
import { PACKET_MIN } from '../wire/limits.ts';
import { PacketType, Program, rawPacket, Status } from '../wire/packet.ts';
import type { Packet } from '../wire/packet.ts';
import { decodeBody, encodePacket } from '../wire/procedure.ts';
import type { AnyCodec, AnyProcedure } from '../wire/procedure.ts';

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.bin'))
  .map((file) => file.slice(0, -'.bin'.length));

const byNumber = new Map<string, AnyProcedure>(procedures.map((procedure) => [`${procedure.program}:${procedure.number}`, procedure]));
const messageByNumber = new Map(messages.map((message) => [`${message.program}:${message.number}`, message]));

const called = new Set<string>();
const answered = new Set<string>();
const failed = new Set<string>();
const announced = new Set<string>();
let streamPackets = 0;

function load(name: string): { sender: string; packet: Packet }[] {
  const { senders } = JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8')) as { senders: string };
  const packets: { sender: string; packet: Packet }[] = [];
  new Framer((packet) => packets.push({ sender: senders[packets.length]!, packet })).push(readFileSync(new URL(`${name}.bin`, import.meta.url)));
  expect(packets).toHaveLength(senders.length);
  return packets;
}

function again(name: string, codec: AnyCodec, { header, bytes }: Packet): Buffer {
  return encodePacket(name, header, codec, decodeBody(name, codec, bytes) as never);
}

function rewrite(packet: Packet): Buffer | undefined {
  const { header, bytes } = packet;
  const key = `${header.program}:${header.procedure}`;
  const isStreamData = header.type === PacketType.stream && header.status !== Status.error;
  if (isStreamData) streamPackets += 1;
  if (isStreamData || header.program === Program.keepalive) return rawPacket(header, bytes.subarray(PACKET_MIN));
  if (header.type === PacketType.message) {
    announced.add(messageByNumber.get(key)!.name);
    return again(key, messageByNumber.get(key)!.body, packet);
  }
  const procedure = byNumber.get(key);
  if (header.status === Status.error) {
    failed.add(procedure?.name ?? key);
    return again(key, { read: readErrorRecord, write: writeErrorRecord }, packet);
  }
  // virsh also makes calls that are not in our tables.
  if (!procedure) return undefined;
  (header.type === PacketType.call ? called : answered).add(procedure.name);
  return again(procedure.name, header.type === PacketType.call ? procedure.args : procedure.result, packet);
}

describe('recorded traffic', () => {
  test.each(names)('%s is read and written back byte for byte', (name) => {
    const packets = load(name).map(({ packet }) => packet);
    const changed = packets.filter((packet) => rewrite(packet)?.equals(packet.bytes) === false);
    expect(changed.map(({ header, bytes }) => [header, bytes.toString('hex')])).toEqual([]);
  });

  test('covers a good part of the protocol', () => {
    expect(called.size).toBeGreaterThanOrEqual(180);
    expect(answered.size).toBeGreaterThanOrEqual(140);
    expect(failed.size).toBeGreaterThanOrEqual(60);
    expect([...announced]).toEqual(expect.arrayContaining(['domain_event_callback_lifecycle', 'domain_event_callback_job_completed']));
    expect(streamPackets).toBeGreaterThanOrEqual(10);
  });
});
