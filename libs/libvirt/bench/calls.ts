/**
 * `npm run bench -w libs/libvirt`: calls per second over one connection, next to the bare socket.
 *
 *     bare      the same bytes over the same kind of socket to a process that answers every packet at once
 *     fake      domain_get_state through this library, to that process: what the library itself costs
 *     libvirtd  domain_get_state through this library, to a real libvirtd with the test driver
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectSocket, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { connect, procedures as p } from '../src/index.ts';
import type { Session } from '../src/index.ts';
import { startPrivateLibvirt } from '../../../tools/setup/private-libvirt/start.mjs';
import { Framer } from '../src/wire/framer.ts';
import { PacketType, rawPacket } from '../src/wire/packet.ts';

const SECONDS = 2;
const CALL_BYTES = 64;

/** The body that each procedure of a session is answered with, as bytes. */
const REPLIES = new Map([
  [p.authList.number, Buffer.from('0000000100000000', 'hex')],
  [p.connectSupportsFeature.number, Buffer.from('00000001', 'hex')],
  [p.domainGetState.number, Buffer.from('0000000100000001', 'hex')],
]);

if (process.argv[2] === 'echo') serve(process.argv[3]!);
else await measure();

/** Answers every call at once. */
function serve(path: string): void {
  const server = createServer((socket) => {
    const framer = new Framer(({ header }) =>
      socket.write(rawPacket({ ...header, type: PacketType.reply }, REPLIES.get(header.procedure))),
    );
    socket.on('data', (chunk: Buffer) => framer.push(chunk));
  });
  server.listen(path, () => process.send!('ready'));
}

async function measure(): Promise<void> {
  const dir = await mkdtemp('/tmp/bench-');
  const path = join(dir, 'echo');
  const echo = fork(import.meta.filename, ['echo', path]);
  await once(echo, 'message');
  const daemon = await startPrivateLibvirt({ dir: join(dir, 'd'), ownNetwork: true, tied: true });
  try {
    const bare = connectSocket({ path });
    const fake = await connect({ uri: 'test:///default', socket: path });
    const real = await connect({ uri: 'test:///default', socket: daemon.socket });
    console.log('in flight      bare      fake  libvirtd   (calls/s)   fake/bare');
    for (const width of [1, 4]) {
      // Interleaved, so that all three see the same machine.
      const bareRate = await rate(width, bareCaller(bare));
      const fakeRate = await rate(width, await caller(fake, false));
      const realRate = await rate(width, await caller(real, true));
      const columns = [width, bareRate, fakeRate, realRate].map((value) => Math.round(value).toString().padStart(9));
      console.log(`${columns.join(' ')}   ${((fakeRate / bareRate) * 100).toFixed(0).padStart(18)} %`);
    }
    bare.destroy();
    await Promise.all([fake.close({ graceMs: 100 }), real.close()]);
  } finally {
    echo.kill();
    await daemon.stop();
    await rm(dir, { recursive: true });
  }
}

async function rate(width: number, call: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const start = performance.now();
  const end = start + SECONDS * 1_000;
  const lane = async (): Promise<void> => {
    for (; performance.now() < end; count += 1) await call();
  };
  await Promise.all(Array.from({ length: width }, lane));
  return count / ((performance.now() - start) / 1_000);
}

async function caller(session: Session, real: boolean): Promise<() => Promise<unknown>> {
  const dom = real
    ? (await session.call(p.connectListAllDomains, { needResults: true, flags: 0 })).domains[0]!
    : { name: 'test', uuid: crypto.randomUUID(), id: 1 };
  return () => session.call(p.domainGetState, { dom, flags: 0 });
}

/** Writes a call's bytes, waits for a reply's. */
function bareCaller(socket: Socket): () => Promise<unknown> {
  const packet = rawPacket(
    {
      program: p.domainGetState.program,
      version: 1,
      procedure: p.domainGetState.number,
      type: 0,
      serial: 1,
      status: 0,
    },
    Buffer.alloc(CALL_BYTES - 28),
  );
  const waiting: (() => void)[] = [];
  let bytes = 0;
  socket.removeAllListeners('data');
  socket.on('data', (chunk: Buffer) => {
    for (bytes += chunk.length; bytes >= 36; bytes -= 36) waiting.shift()!();
  });
  return () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      socket.write(packet);
    });
}
