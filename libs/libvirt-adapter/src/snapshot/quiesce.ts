/** Freezes and thaws a guest's file systems through its agent, so that what is on its disk fits together for a moment. */
import { DriverError } from '@chronovirt/contract';
import type { QuiesceWish } from '@chronovirt/contract';
import { LibvirtConnectionError, LibvirtDeadlineError, LibvirtError } from '@chronovirt/libvirt';
import type { CallOptions } from '@chronovirt/libvirt';
import type { Hands } from '../guest/hands.ts';

const AGENT_MS = 10_000;

const shortly = (options: CallOptions): CallOptions => ({
  ...options,
  deadlineMs: Math.min(AGENT_MS, options.deadlineMs ?? AGENT_MS),
});

/** How a guest's file systems are after an order to freeze them. `perhaps`: the answer is late, and may still come. */
export type Frozen =
  | { readonly is: 'frozen'; readonly filesystems: number }
  | { readonly is: 'perhaps' | 'not'; readonly why: string };

/** Freezes. A guest whose agent does not answer is copied as after a loss of power, unless its image forbids that. */
export async function freeze(hands: Hands): Promise<Frozen> {
  try {
    const filesystems = await hands.act((libvirt, domain, options) =>
      libvirt.domainFsfreeze(domain, [], 0, shortly(options)),
    );
    return { is: 'frozen', filesystems };
  } catch (error) {
    // An answer that is late may still come: the guest would be frozen then.
    if (error instanceof LibvirtDeadlineError) return { is: 'perhaps', why: 'its agent does not answer in time' };
    if (error instanceof LibvirtError) return { is: 'not', why: error.message };
    throw error;
  }
}

/** Thaws, whether or not anything is frozen; how many file systems were, null when that is not known. */
export async function thaw(hands: Hands): Promise<number | null> {
  try {
    return await hands.giveBack((libvirt, domain, options) => libvirt.domainFsthaw(domain, [], 0, shortly(options)));
  } catch (error) {
    if (
      !(
        error instanceof LibvirtError ||
        error instanceof LibvirtConnectionError ||
        error instanceof LibvirtDeadlineError
      )
    )
      throw error;
    return null;
  }
}

/** Why there is no image: it would be one as after a loss of power. */
export const quiesceFailed = (why: string): DriverError =>
  new DriverError(
    'INSTANCE_QUIESCE_FAILED',
    `the image demands frozen file systems (os_require_quiesce), and they could not be frozen: ${why}`,
  );

/** Throws where the image demands frozen file systems and it is plain that there will be none. */
export function checkQuiesce({ required, agentDeclared }: QuiesceWish, agentConnected: boolean): void {
  if (!required) return;
  if (!agentDeclared)
    throw new DriverError(
      'QEMU_GUEST_AGENT_NOT_ENABLED',
      'the image demands frozen file systems (os_require_quiesce) and declares no agent that could freeze them (hw_qemu_guest_agent)',
    );
  if (!agentConnected) throw quiesceFailed('no agent runs in the guest; start qemu-guest-agent there');
}
