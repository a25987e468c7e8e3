import { DriverError, InstanceNotFoundError } from '@chronovirt/contract';
import { DomainShutdownFlag, isNoDomain, isOperationInvalid, isOperationTimeout } from '@chronovirt/libvirt';
import { LibvirtDeadlineError, LibvirtError } from '@chronovirt/libvirt';
import { ensure } from './hands.ts';
import type { Hands } from './hands.ts';
import { nullIfGone } from './look.ts';
import { keepDefinition } from './start.ts';
import { isActive } from './state-words.ts';

/** Seconds; `timeout` 0 = the guest is not asked, `retryInterval` 0 = it is asked once. */
export interface Patience {
  readonly timeout: number;
  readonly retryInterval: number;
}

/**
 * Turns a guest off: asks it first, if there is patience, then cuts it off. A guest that is off or unknown is off. Off means that its
 * next start is a boot: saved memory goes. A definition that somebody removed while it ran is stored again, or it would end with the run.
 */
export async function powerOff(hands: Hands, patience: Patience): Promise<void> {
  // One question each where a whole look is five: most guests have nothing to keep and nothing to drop.
  const persistent = await hands.ask((libvirt, domain, options) =>
    libvirt.domainIsPersistent(domain, options).catch(nullIfGone),
  );
  if (persistent === false) await keepDefinition(hands, await hands.look());
  if (!(patience.timeout > 0 && (await askToShutDown(hands, patience)))) await kill(hands);
  await dropSavedMemory(hands);
}

async function dropSavedMemory(hands: Hands): Promise<void> {
  const saved = await hands.ask((libvirt, domain, options) =>
    libvirt.domainHasManagedSaveImage(domain, 0, options).catch(nullIfGone),
  );
  if (saved !== true) return;
  await ensure(hands, async (seen) => {
    if (!seen.saved || seen.active) return 'done';
    await hands.act((libvirt, domain, options) => libvirt.domainManagedSaveRemove(domain, 0, options));
    return 'again';
  });
}

/** Puts a guest aside: cuts it off and keeps all that is its own. */
export async function softDelete(hands: Hands): Promise<void> {
  if ((await hands.lookAtPower()) === null) throw new InstanceNotFoundError(hands.instance);
  await kill(hands);
}

/**
 * Asks a guest to shut down until it is off or the patience is at its end; whether it is off. Only a guest that runs can hear it.
 * A refusal is passed over: who does not hear is cut off later.
 */
export async function askToShutDown(hands: Hands, patience: Patience): Promise<boolean> {
  const start = performance.now();
  let askedAt: number | null = null;
  for (;;) {
    const seen = await hands.lookAtPower();
    if (seen === null || !isActive(seen)) return true;
    if (seen.power !== 'on' && seen.busy === null) return false;
    const left = patience.timeout * 1000 - (performance.now() - start);
    if (left <= 0) return false;
    const retryMs = patience.retryInterval > 0 ? patience.retryInterval * 1000 : Number.POSITIVE_INFINITY;
    if (seen.power === 'on' && (askedAt === null || performance.now() - askedAt >= retryMs)) {
      askedAt = performance.now();
      await hands
        .act((libvirt, domain, options) =>
          libvirt.domainShutdownFlags(domain, DomainShutdownFlag.ACPI_POWER_BTN, options),
        )
        .catch(unlessRefused);
    }
    await hands.change(Math.min(500, left));
  }
}

function unlessRefused(error: unknown): void {
  if (!(error instanceof LibvirtError)) throw error;
}

/** Somebody starts the guest again as fast as we end it. */
const MOST_KILLS = 5;

/**
 * Ends the guest's process, whatever it is at: this goes through a save, a start, a hung QEMU (which takes libvirt twelve seconds).
 * Throws `INSTANCE_POWER_OFF_FAILURE` when the process may still be there; nothing of the instance may be torn down then.
 */
export async function kill(hands: Hands): Promise<void> {
  for (let kills = 0; kills < MOST_KILLS; kills += 1) {
    const seen = await hands.lookAtPower();
    if (seen === null || !isActive(seen)) return;
    try {
      await hands.act((libvirt, domain, options) => libvirt.domainDestroyFlags(domain, 0, options), 'urgent');
    } catch (error) {
      if (isNoDomain(error)) return;
      if (isOperationTimeout(error) || error instanceof LibvirtDeadlineError) throw notKilled(error);
      if (!isOperationInvalid(error)) throw error;
    }
  }
  const seen = await hands.lookAtPower();
  if (seen !== null && isActive(seen)) throw notKilled(new Error('it is started again as often as it is ended'));
}

const notKilled = (cause: unknown): DriverError =>
  new DriverError(
    'INSTANCE_POWER_OFF_FAILURE',
    'the guest could not be ended; its process may still write to its disks',
    { retry: 'later', cause },
  );
