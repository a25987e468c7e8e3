/** Freezes and thaws a guest's file systems through its agent, so that what is on its disk fits together for a moment. */
import { LibvirtConnectionError, LibvirtDeadlineError, LibvirtError } from '@chronovirt/libvirt';
import type { CallOptions } from '@chronovirt/libvirt';
import type { Hands } from '../guest/hands.ts';

const AGENT_MS = 10_000;

const shortly = (options: CallOptions): CallOptions => ({
  ...options,
  deadlineMs: Math.min(AGENT_MS, options.deadlineMs ?? AGENT_MS),
});

/** Whether the file systems are frozen now. A guest whose agent does not answer is copied as after a loss of power. */
export async function freeze(hands: Hands): Promise<boolean> {
  try {
    await hands.act((libvirt, domain, options) => libvirt.domainFsfreeze(domain, [], 0, shortly(options)));
    return true;
  } catch (error) {
    // An answer that is late may still come: the guest would be frozen then.
    if (error instanceof LibvirtDeadlineError) return true;
    if (error instanceof LibvirtError) return false;
    throw error;
  }
}

/** Thaws, whether or not anything is frozen. */
export async function thaw(hands: Hands): Promise<void> {
  try {
    await hands.giveBack((libvirt, domain, options) => libvirt.domainFsthaw(domain, [], 0, shortly(options)));
  } catch (error) {
    if (
      !(
        error instanceof LibvirtError ||
        error instanceof LibvirtConnectionError ||
        error instanceof LibvirtDeadlineError
      )
    )
      throw error;
  }
}
