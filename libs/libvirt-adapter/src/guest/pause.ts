import { DriverError, InstanceNotFoundError } from '@chronovirt/contract';
import { isAgentUnresponsive } from '@chronovirt/libvirt';
import { ensurePower } from './hands.ts';
import type { Hands } from './hands.ts';
import type { PowerSeen } from './state-words.ts';

/** Stops the vCPUs; a paused guest is left as it is. */
export async function pause(hands: Hands): Promise<void> {
  await ensurePower(hands, async (seen) => {
    if (seen === null) throw new InstanceNotFoundError(hands.instance);
    if (seen.power === 'paused') return 'done';
    if (seen.power !== 'on') throw notPossible('paused', seen);
    await hands.act((libvirt, domain, options) => libvirt.domainSuspend(domain, options));
    return 'again';
  });
}

/** Lets a paused guest go on, and sets its clock where its agent can. */
export async function unpause(hands: Hands): Promise<void> {
  let resumed = false;
  await ensurePower(hands, async (seen) => {
    if (seen === null) throw new InstanceNotFoundError(hands.instance);
    if (seen.power === 'on') return 'done';
    if (seen.power !== 'paused') throw notPossible('unpaused', seen);
    await hands.act((libvirt, domain, options) => libvirt.domainResume(domain, options));
    resumed = true;
    return 'again';
  });
  if (resumed) await setClock(hands);
}

const notPossible = (what: string, seen: PowerSeen): DriverError =>
  new DriverError('HYPERVISOR_ERROR', `the guest cannot be ${what}: it is ${seen.power} (${seen.reason})`);

const AGENT_MS = 5_000;

/** Sets the guest's clock through its agent. Whatever goes wrong with that is not worth a word: most guests have no agent. */
export async function setClock(hands: Hands): Promise<void> {
  const now = Date.now();
  try {
    await hands.act((libvirt, domain, options) =>
      libvirt.domainSetTime(domain, BigInt(Math.trunc(now / 1000)), (now % 1000) * 1_000_000, 0, {
        deadlineMs: Math.min(AGENT_MS, options.deadlineMs ?? AGENT_MS),
      }),
    );
  } catch (error) {
    if (hands.context.permit.signal.aborted && !isAgentUnresponsive(error)) throw error;
  }
}
