import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { InstanceUuid, Role } from '@chronovirt/contract';
import { silentLog } from '@chronovirt/runtime';
import type { Host } from '@chronovirt/runtime';
import { freePort } from '@chronovirt/testing/lab';
import { agentConfig } from './config.ts';
import type { AgentConfig } from './config.ts';
import { peerLink, servePeers } from './peer.ts';

const instance = '0e2f4c1a-1111-4222-8333-444455556666' as InstanceUuid;
const migration = `${instance}.7`;
const never = new AbortController().signal;

let dir: string;
let config: AgentConfig;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'agent-peer-'));
  const secretsKeyFile = join(dir, 'secrets.key');
  writeFileSync(secretsKeyFile, randomBytes(32), { mode: 0o600 });
  config = agentConfig.parse({
    host: 'a',
    nats: { servers: ['nats://127.0.0.1:4222'] },
    secretsKeyFile,
    driver: { kind: 'simulated' },
    peer: { address: '127.0.0.1', port: await freePort() },
  });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A host whose actor of the instance has that role; null = it has none. */
const hostWith = (role: Role | null): Host =>
  ({ state: () => (role === null ? undefined : { state: { actor: { role } }, seq: 1 }) }) as unknown as Host;

const files = {
  placeOf: (uuid: InstanceUuid, file: string) => join(dir, uuid, file),
  imageFile: async () => null,
  sees: async () => false,
};

it.each([
  ['incoming for that move', { kind: 'incoming', migration }, true],
  ['incoming for another move', { kind: 'incoming', migration: `${instance}.8` }, false],
  ['owner', { kind: 'owner', epoch: 1 }, false],
  ['closed', { kind: 'closed' }, false],
  ['nothing here', null, false],
] as const)('takes files of a move only while its actor is incoming for it: %s', async (_what, role, welcome) => {
  const service = await servePeers(config, hostWith(role as Role | null), files, silentLog);
  const { own, client } = peerLink(config)!;
  const file = join(dir, 'disk');
  writeFileSync(file, 'content');
  const sending = client.send(own, { migration, instance, file: 'disk' }, file, never);
  if (welcome) await sending;
  else await expect(sending).rejects.toMatchObject({ code: 'PEER_REFUSED', reason: 'NOT_EXPECTED' });
  expect(existsSync(join(dir, instance, 'disk'))).toBe(welcome);
  await service?.stop();
});

it('without a peer in its configuration, or without files, an agent serves nobody', async () => {
  expect(await servePeers(config, hostWith(null), undefined, silentLog)).toBe(null);
  const { peer: _, ...without } = config;
  expect(await servePeers(without, hostWith(null), files, silentLog)).toBe(null);
  expect(peerLink(without)).toBe(undefined);
});

it('an address that is taken is told by the field', async () => {
  const service = await servePeers(config, hostWith(null), files, silentLog);
  await expect(servePeers(config, hostWith(null), files, silentLog)).rejects.toThrow(
    /^peer: cannot serve other agents at 127\.0\.0\.1:\d+: .*EADDRINUSE/,
  );
  await service?.stop();
});
