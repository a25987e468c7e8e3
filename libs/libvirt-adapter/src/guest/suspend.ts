import { DriverError, InstanceNotFoundError } from '@chronovirt/contract';
import { DomainSaveRestoreFlag, DomainXmlFlag } from '@chronovirt/libvirt';
import { markOf, metadataOf, namespace, sameMark, withMark } from '../xml/metadata.ts';
import { parseXml } from '../xml/parse.ts';
import { ensure } from './hands.ts';
import type { Hands } from './hands.ts';
import { setClock } from './pause.ts';

/** Writes the guest's memory to disk; a suspended guest, and its image, are left as they are. */
export async function suspend(hands: Hands): Promise<void> {
  await ensure(hands, async (seen) => {
    if (seen.domain === 'absent') throw new InstanceNotFoundError(hands.instance);
    if (!seen.active && seen.saved) return 'done';
    if (!seen.active)
      throw new DriverError('HYPERVISOR_ERROR', `the guest cannot be suspended: it is ${seen.power} (${seen.reason})`);
    await hands.act((libvirt, domain, options) => libvirt.domainManagedSave(domain, 0, options));
    return 'again';
  });
}

/**
 * Lets a suspended guest go on. The saved image bears the mark of the run that was saved and a restored domain takes it over; so
 * the image gets this operation's mark first. A guest that runs is left alone.
 */
export async function resume(hands: Hands, connectNetworks: () => Promise<void>): Promise<void> {
  let restored = false;
  await ensure(hands, async (seen) => {
    if (seen.domain === 'absent') throw new InstanceNotFoundError(hands.instance);
    if (seen.power === 'on') return 'done';
    if (seen.power === 'paused') {
      // Somebody started it by hand, or paused it meanwhile.
      await hands.act((libvirt, domain, options) => libvirt.domainResume(domain, options));
      restored = true;
      return 'again';
    }
    if (!seen.saved || seen.active) {
      throw new DriverError(
        'HYPERVISOR_ERROR',
        `the guest cannot be resumed: it is ${seen.power} (${seen.reason}) and has no saved memory`,
      );
    }
    await connectNetworks();
    await markSavedImage(hands);
    await hands.act((libvirt, domain, options) => libvirt.domainCreateWithFlags(domain, 0, options));
    restored = true;
    return 'again';
  });
  if (restored) await setClock(hands);
}

async function markSavedImage(hands: Hands): Promise<void> {
  const xml = await hands.ask((libvirt, domain, options) =>
    libvirt.domainManagedSaveGetXmlDesc(domain, DomainXmlFlag.SECURE, options),
  );
  if (sameMark(markOf(metadataOf(parseXml(xml), namespace.run)), hands.context.mark)) return;
  const marked = withMark(xml, hands.context.mark);
  // RUNNING: a guest that was paused when it was suspended would otherwise come back paused, as if a migration had stopped there.
  const { RUNNING } = DomainSaveRestoreFlag;
  await hands.act((libvirt, domain, options) => libvirt.domainManagedSaveDefineXml(domain, marked, RUNNING, options));
}
