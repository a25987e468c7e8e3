import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterKey, PeerService } from '@chronovirt/peer';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { agentConfig } from './config.ts';
import { imagePeers } from './image-peers.ts';

const nothing = (): void => {};
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
let dir = '';
let services: PeerService[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'image-peers-'));
  writeFileSync(join(dir, 'key'), randomBytes(32), { mode: 0o600 });
});
afterEach(async () => {
  await Promise.all(services.map((service) => service.stop()));
  services = [];
  rmSync(dir, { recursive: true, force: true });
});

/** An agent that has these images. */
async function agentWith(...contents: string[]): Promise<string> {
  const files = new Map(
    contents.map((content) => {
      const sha256 = createHash('sha256').update(content).digest('hex');
      writeFileSync(join(dir, sha256), content);
      return [sha256, join(dir, sha256)] as const;
    }),
  );
  const service = await PeerService.start({
    address: '127.0.0.1',
    port: 0,
    key: ClusterKey.fromFile(join(dir, 'key')),
    host: {
      placeOf: () => null,
      sees: async () => false,
      expects: async () => false,
      imageFile: async (sha256) => files.get(sha256) ?? null,
    },
    log,
  });
  services.push(service);
  return `127.0.0.1:${service.port}`;
}

const configOf = (imagesFrom: string[]) =>
  agentConfig.parse({
    host: 'a',
    nats: { servers: ['nats://127.0.0.1:4222'] },
    secretsKeyFile: join(dir, 'key'),
    driver: { kind: 'simulated' },
    peer: { address: '127.0.0.1', imagesFrom },
  });
const order = (content: string) => ({
  sha256: createHash('sha256').update(content).digest('hex'),
  to: join(dir, 'here'),
  ending: '.1.tmp',
  signal: new AbortController().signal,
});

it('asks one agent after the other; who does not answer is passed over', async () => {
  const [poor, rich] = [await agentWith('another disk'), await agentWith('a disk')];
  const peers = imagePeers(configOf(['127.0.0.1:1', poor, rich]))!;
  await peers.fetch(order('a disk'));
  expect(readFileSync(join(dir, 'here'), 'utf8')).toBe('a disk');
});

it('says that nobody has it only when all have answered', async () => {
  const poor = await agentWith('another disk');
  await expect(imagePeers(configOf([poor]))!.fetch(order('a disk'))).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  await expect(imagePeers(configOf(['127.0.0.1:1', poor]))!.fetch(order('a disk'))).rejects.toMatchObject({
    code: 'PEER_UNREACHABLE',
  });
  expect(readdirSync(dir).filter((name) => name.startsWith('here'))).toEqual([]);
  expect(imagePeers(configOf([]))).toBeUndefined();
});
