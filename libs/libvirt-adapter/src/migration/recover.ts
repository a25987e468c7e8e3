/**
 * Post-copy broke off: the guest's processors are at the destination, a part of its memory is not, and stands still as soon as it needs that.
 * Where the network is back within TCP's patience QEMU goes on by itself, and libvirt brings the move to its end without anybody. Where it
 * is not, both QEMUs give the stream up and both libvirts say so; then the source has to be told to go on, with a stream of its own. A
 * destination that never says so has a processor that waits for a page under QEMU's lock: nothing gets it out, and no try is refused
 * otherwise than the one before. Whoever calls this waits until both have said it (decision 17).
 */
import { DriverError, POST_COPY_FAILED } from '@chronovirt/contract';
import { DomainMigrateFlag, LibvirtError, domainByUuid } from '@chronovirt/libvirt';
import type { Hands } from '../guest/hands.ts';
import { isConnectionFault } from '../host/faults.ts';
import type { HostServices } from '../host/host-services.ts';
import { checkHostName, libvirtAt, memoryAt, migrationPolicy } from './settings.ts';

const { LIVE, PEER2PEER, PERSIST_DEST, UNDEFINE_SOURCE, POSTCOPY, POSTCOPY_RESUME, TLS } = DomainMigrateFlag;
const FLAGS = LIVE | PEER2PEER | PERSIST_DEST | UNDEFINE_SOURCE | POSTCOPY | POSTCOPY_RESUME;

/** libvirt carries it on with the destination's, without us: what is waited for is only that it has begun. */
export async function recoverMigration(host: HostServices, hands: Hands, to: string): Promise<void> {
  checkHostName('to', to);
  if (!(await isBroken(hands))) throw notPossible('no post-copy of it has broken off');
  const policy = migrationPolicy(host.settings);
  const libvirt = await host.connections.open();
  let ended: { readonly refusal: unknown } | null = null;
  try {
    hands.context.permit.check();
    const params = { migrate_uri: memoryAt(to) };
    const options = { deadlineMs: Math.max(1, hands.context.remainingMs()), signal: hands.context.permit.signal };
    const flags = FLAGS | (policy.nativeTls ? TLS : 0);
    void libvirt.domainMigrateToUri3(domainByUuid(hands.instance), libvirtAt(policy, to), params, flags, options).then(
      () => (ended = { refusal: null }),
      (refusal: unknown) => (ended = { refusal }),
    );
    while (ended === null && (await isBroken(hands))) await hands.change(LOOK_MS);
    const { refusal } = (ended as { readonly refusal: unknown } | null) ?? { refusal: null };
    if (refusal === null) return;
    if (refusal instanceof LibvirtError && !isConnectionFault(refusal)) throw notPossible(refusal.message, refusal);
    throw refusal;
  } finally {
    await libvirt.close({ graceMs: 0 });
  }
}

const LOOK_MS = 200;

const isBroken = async (hands: Hands): Promise<boolean> => (await hands.lookAtPower())?.busy === POST_COPY_FAILED;

const notPossible = (why: string, cause?: unknown): DriverError =>
  new DriverError('INSTANCE_INVALID_STATE', why, { cause });
