import { DriverError, InstanceNotFoundError } from '@chronovirt/contract';
import { isAgentUnresponsive, isOperationInvalid } from '@chronovirt/libvirt';
import type { Hands } from './hands.ts';
import type { PowerSeen } from './state-words.ts';

/** Stops the vCPUs; a paused guest is left as it is. */
export async function pause(hands: Hands): Promise<void> {
  await towards(hands, 'paused', async (seen) => {
    if (seen.power !== 'on') throw notPossible('paused', seen);
    await hands.act((libvirt, domain, options) => libvirt.domainSuspend(domain, options));
  });
}

/** Lets a paused guest go on, and sets its clock where its agent can. */
export async function unpause(hands: Hands): Promise<void> {
  let resumed = false;
  await towards(hands, 'on', async (seen) => {
    if (seen.power !== 'paused') throw notPossible('unpaused', seen);
    await hands.act((libvirt, domain, options) => libvirt.domainResume(domain, options));
    resumed = true;
  });
  if (resumed) await setClock(hands);
}

/** As `ensure`, with a look at power alone: these two are over in a millisecond, and nothing else matters to them. */
async function towards(hands: Hands, goal: 'on' | 'paused', act: (seen: PowerSeen) => Promise<void>): Promise<void> {
  for (let refused = 0; ;) {
    const seen = await hands.lookAtPower();
    if (seen === null) throw new InstanceNotFoundError(hands.instance);
    if (seen.busy !== null) {
      await hands.barrier();
      await hands.change(100);
      continue;
    }
    if (seen.power === goal) return;
    try {
      await act(seen);
    } catch (error) {
      if (!isOperationInvalid(error) || (refused += 1) > 3) throw error;
    }
  }
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
