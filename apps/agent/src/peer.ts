/** This agent's side of what agents hand each other: its service, and how its driver reaches those of others. */
import { readFileSync } from 'node:fs';
import { addressAndPort } from '@chronovirt/contract';
import type { FilesForPeers } from '@chronovirt/libvirt-adapter';
import { ClusterKey, PeerClient, PeerService } from '@chronovirt/peer';
import type { Host, Log } from '@chronovirt/runtime';
import type { AgentConfig } from './config.ts';

/** The way to other agents; undefined when none is configured. Throws `CLUSTER_KEY_UNUSABLE`, or when a file of TLS cannot be read. */
export function peerLink(config: AgentConfig): { readonly own: string; readonly client: PeerClient } | undefined {
  const { peer } = config;
  if (peer === undefined) return undefined;
  const key = keyOf(config, peer);
  const tls = peer.tls === undefined ? {} : { ca: readFileSync(peer.tls.caFile) };
  return { own: addressAndPort(peer), client: new PeerClient({ key, ...tls }) };
}

/**
 * Starts the service. Call it when all histories are read: before that nobody here knows which moves are waited for, and a sender
 * would be turned away for good.
 */
export async function servePeers(
  config: AgentConfig,
  host: Host,
  files: FilesForPeers | undefined,
  log: Log,
): Promise<PeerService | null> {
  const { peer } = config;
  if (peer === undefined || files === undefined) return null;
  const tls = peer.tls;
  const service = await PeerService.start({
    address: peer.address,
    port: peer.port,
    key: keyOf(config, peer),
    ...(tls === undefined ? {} : { tls: { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) } }),
    host: {
      placeOf: (instance, file) => files.placeOf(instance, file),
      imageFile: (sha256) => files.imageFile(sha256),
      sees: (token) => files.sees(token),
      expects: async (migration, instance) => {
        const role = host.state(instance)?.state.actor.role;
        return role?.kind === 'incoming' && role.migration === migration;
      },
    },
    log,
  }).catch((cause: unknown) => {
    throw new Error(`peer: cannot serve other agents at ${addressAndPort(peer)}: ${(cause as Error).message}`, {
      cause,
    });
  });
  log.info({ peer: addressAndPort(peer), encrypted: tls !== undefined }, 'other agents are served');
  return service;
}

const keyOf = (
  { secretsKeyFile }: AgentConfig,
  { keyFile = secretsKeyFile }: { keyFile?: string | undefined },
): ClusterKey => ClusterKey.fromFile(keyFile);
