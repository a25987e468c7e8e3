/** Copies the disk of a running guest: QEMU mirrors it into another file until both are alike, then lets go of that one. */
import { DriverError } from '@chronovirt/contract';
import type { QuiesceWish } from '@chronovirt/contract';
import { DomainBlockCopyFlag, isNoDomain, isOperationInvalid } from '@chronovirt/libvirt';
import type { Hands } from '../guest/hands.ts';
import { element, serialize } from '../xml/element.ts';
import { domainView } from './domain-view.ts';
import type { DomainView } from './domain-view.ts';
import { checkQuiesce, freeze, quiesceFailed, thaw } from './quiesce.ts';
import type { Frozen } from './quiesce.ts';

/** Pause between two looks at a copy: a part of the time that it has taken so far, so that a small disk is not waited for in vain. */
const LOOK = { share: 0.1, shortestMs: 5, longestMs: 250 } as const;

/**
 * Ends with the content of one moment of `disk` in `copy`; false when the guest went off meanwhile, and `copy` is worth nothing then.
 * File systems are frozen for that moment where the guest's agent answers; where the image demands it, there is no copy otherwise:
 * `INSTANCE_QUIESCE_FAILED`, and the mirror is the caller's to end.
 */
export async function copyLive(
  hands: Hands,
  disk: string,
  copy: string,
  { remainingMs, wish }: { readonly remainingMs: () => number; readonly wish: QuiesceWish },
): Promise<boolean> {
  const view = await viewIfOn(hands);
  if (view === null) return false;
  checkQuiesce(wish, view.agentConnected);
  const mine = view.disks.find(({ file }) => file === disk);
  if (mine === undefined) throw new DriverError('DISK_NOT_FOUND', `the domain does not have the disk ${disk}`);
  if (mine.mirror !== null)
    throw new DriverError('HYPERVISOR_ERROR', `somebody else copies the disk already, to ${mine.mirror.file}`);
  const target = serialize(
    element('disk', { type: 'file' }, [
      element('source', { file: copy }),
      element('driver', { name: 'qemu', type: 'qcow2' }),
    ]),
  );
  try {
    // Transient: the definition of the guest stays stored; it would have to go meanwhile otherwise.
    await hands.act((libvirt, domain, options) =>
      libvirt.domainBlockCopy(domain, mine.target, target, {}, DomainBlockCopyFlag.TRANSIENT_JOB, options),
    );
    if (!(await untilAlike(hands, disk, mine.target, remainingMs))) return false;
    await letGo(hands, mine.target, view.agentConnected, wish);
    return true;
  } catch (error) {
    if (!isNoDomain(error) && !isOperationInvalid(error)) throw error;
    const power = await hands.lookAtPower();
    if (power === null || power.power === 'off') return false;
    throw error;
  }
}

async function untilAlike(hands: Hands, disk: string, target: string, remainingMs: () => number): Promise<boolean> {
  const began = performance.now();
  for (;;) {
    const view = await viewIfOn(hands);
    if (view === null) return false;
    const mirror = view.disks.find(({ file }) => file === disk)?.mirror ?? null;
    if (mirror === null)
      throw new DriverError('HYPERVISOR_ERROR', 'the copy of the disk was ended; look for room on the file system');
    // Before anything else: what is left of the time is needed to end the mirror in order, whether it is alike by now or not.
    if (remainingMs() <= 0) throw new DriverError('CALL_FAILED', 'the disk could not be copied in the time for it');
    if (mirror.ready) return true;
    const { cur, end } = await hands.ask((libvirt, domain, options) =>
      libvirt.domainGetBlockJobInfo(domain, target, 0, options),
    );
    hands.context.progress('copying the disk', end === 0n ? 0 : Number(cur) / Number(end));
    const share = (performance.now() - began) * LOOK.share;
    await hands.change(Math.min(LOOK.longestMs, Math.max(LOOK.shortestMs, share)));
  }
}

/** Ends a mirror that is alike: the other file then holds the content of this moment. */
async function letGo(hands: Hands, target: string, agent: boolean, { required }: QuiesceWish): Promise<void> {
  const frozen: Frozen = agent ? await freeze(hands) : { is: 'not', why: 'there is no agent' };
  let thawed: number | null = null;
  try {
    if (required && frozen.is !== 'frozen') throw quiesceFailed(frozen.why);
    await hands.act((libvirt, domain, options) => libvirt.domainBlockJobAbort(domain, target, 0, options));
  } finally {
    if (frozen.is !== 'not') thawed = await thaw(hands);
  }
  // Frozen, and nothing to thaw a moment later: somebody else has thawed them, perhaps before the copy was let go.
  if (required && frozen.is === 'frozen' && frozen.filesystems > 0 && thawed === 0)
    throw quiesceFailed('somebody else has thawed them meanwhile');
}

async function viewIfOn(hands: Hands): Promise<DomainView | null> {
  const power = await hands.lookAtPower();
  return power === null || power.power === 'off' ? null : await domainView(hands);
}
