/**
 * A driver as a process of its own, for tests with two hosts: it runs inside a host's namespaces, where that host's files and daemons are,
 * and can be killed as an agent is. What it is called with comes over the channel, as messages of `remote-driver.ts`.
 */
import { ChronovirtError, PermitRevokedError } from '@chronovirt/contract';
import { DirectoryImageStore } from '@chronovirt/images';
import { ClusterKey, PeerClient, PeerService, peerAddress } from '@chronovirt/peer';
import { silentLog } from '@chronovirt/runtime';
import { LibvirtDriver } from '../libvirt-driver.ts';
import { hostContext } from './effect-context.ts';
import type { Asked, CallbackName, Said, Setup } from './remote-driver.ts';

const CALLBACKS: readonly CallbackName[] = ['postMethod', 'recoverMethod'];
const permits = new Map<number, AbortController>();
let driver: LibvirtDriver;

const say = (said: Said): void => void process.send!(said);

async function begin({ settings, images, peer }: Setup): Promise<void> {
  const link =
    peer === undefined ? {} : { peer: { own: peer.own, client: new PeerClient({ ...peer, key: keyOf(peer) }) } };
  driver = new LibvirtDriver({ ...settings, ...link, images: new DirectoryImageStore(images), log: silentLog });
  await driver.initHost({ host: settings.address }, hostContext());
  if (peer === undefined) return;
  const { host: address, port } = peerAddress(peer.own);
  const files = { ...driver.filesForPeers, expects: async () => true };
  await PeerService.start({ address, port, key: keyOf(peer), host: files, log: silentLog, silenceMs: peer.silenceMs });
}

const keyOf = ({ secret }: NonNullable<Setup['peer']>): ClusterKey => new ClusterKey(Buffer.from(secret, 'hex'));

async function call({ id, method, args, context, ported }: Extract<Asked, { kind: 'call' }>): Promise<unknown> {
  const abort = new AbortController();
  permits.set(id, abort);
  const end = performance.now() + context.timeMs;
  const given = {
    instance: context.instance,
    mark: context.mark,
    incarnation: context.incarnation,
    permit: { check: () => abort.signal.throwIfAborted(), signal: abort.signal },
    remainingMs: () => end - performance.now(),
    progress: () => {},
    signal: abort.signal,
    deadlineMs: context.timeMs,
  };
  const run = (driver as unknown as Record<string, (...all: unknown[]) => Promise<unknown>>)[method]!;
  if (ported) return await run.call(driver, ...(args as unknown[]), given);
  const withCallbacks = { ...(args as Record<string, unknown>) };
  for (const name of CALLBACKS) {
    if (withCallbacks[name] !== undefined)
      withCallbacks[name] = async (...all: unknown[]) => say({ kind: 'called', id, callback: name, args: all });
  }
  return await run.call(driver, withCallbacks, given);
}

process.on('message', (asked: Asked) => {
  if (asked.kind === 'revoke') return permits.get(asked.id)?.abort(new PermitRevokedError('revoked by the test'));
  const work = asked.kind === 'setup' ? begin(asked) : call(asked);
  work.then(
    (value) => say({ kind: 'end', id: asked.id, value: value instanceof Map ? [...value] : value }),
    (error: unknown) => {
      const { message } = error as Error;
      const known =
        error instanceof ChronovirtError ? { code: error.code, retry: error.retry } : { code: null, retry: null };
      say({ kind: 'end', id: asked.id, error: { message, ...known } });
    },
  );
});

process.on('disconnect', () => process.exit(0));
