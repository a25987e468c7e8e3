import { DriverError } from '@chronovirt/contract';
import { DomainCreateFlag, DomainModificationImpact, DomainXmlFlag } from '@chronovirt/libvirt';
import { sameMark } from '../xml/metadata.ts';
import { ensure } from './hands.ts';
import type { Hands } from './hands.ts';
import type { DomainSeen } from './look.ts';
import { markNow } from './look.ts';

/** A guest that ends as soon as it starts is not started for ever. */
const MOST_STARTS = 2;

/**
 * Starts a domain that is off from a definition that bears this operation's mark, afresh: saved memory is dropped. Returns when it
 * runs under this mark. `definition` is asked only if the stored one is another's.
 */
export async function startFresh(hands: Hands, definition: () => string | Promise<string>): Promise<void> {
  let starts = 0;
  await ensure(hands, async (seen) => {
    const ours = sameMark(seen.mark, hands.context.mark);
    if (seen.active && ours && seen.power === 'on') return 'done';
    if (seen.active && ours && seen.power === 'paused' && seen.reason === 'user') {
      await hands.act((libvirt, domain, options) => libvirt.domainResume(domain, options));
      return 'again';
    }
    if (seen.active)
      throw new DriverError('HYPERVISOR_ERROR', `the guest did not start: it is ${seen.power} (${seen.reason})`);
    if (seen.domain === 'absent' || !ours) await define(hands, await definition());
    if ((starts += 1) > MOST_STARTS) {
      throw new DriverError(
        'HYPERVISOR_ERROR',
        `the guest ended as soon as it was started: it is ${seen.power} (${seen.reason})`,
      );
    }
    const flags = seen.saved ? DomainCreateFlag.START_FORCE_BOOT : DomainCreateFlag.NONE;
    await hands.act((libvirt, domain, options) => libvirt.domainCreateWithFlags(domain, flags, options));
    return 'again';
  });
}

/** Stores a definition; a running domain goes on with the one that it was started with. */
export async function define(hands: Hands, xml: string): Promise<void> {
  await hands.act((libvirt, _domain, options) => libvirt.domainDefineXmlFlags(xml, 0, options));
}

/** The definition as the next start would take it, secrets included; of a domain that has none stored, the one that it runs with. */
export async function storedDefinition(hands: Hands): Promise<string> {
  const flags = DomainXmlFlag.INACTIVE | DomainXmlFlag.SECURE;
  return await hands.ask((libvirt, domain, options) => libvirt.domainGetXmlDesc(domain, flags, options));
}

/** A domain that runs without a stored definition would be gone with its run: stores the one that it runs with. */
export async function keepDefinition(hands: Hands, seen: Pick<DomainSeen, 'domain'>): Promise<void> {
  if (seen.domain === 'transient') await define(hands, await storedDefinition(hands));
}

/** Whether the stored definition of a running domain bears this operation's mark already. */
export async function isDefinedByUs(hands: Hands, seen: DomainSeen): Promise<boolean> {
  if (seen.domain !== 'defined') return false;
  const mark = await hands.ask((libvirt, domain, options) =>
    markNow(libvirt, domain, DomainModificationImpact.CONFIG, options),
  );
  return sameMark(mark, hands.context.mark);
}
