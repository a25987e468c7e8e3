import { InstanceNotFoundError } from '@chronovirt/contract';
import { DomainXmlFlag } from '@chronovirt/libvirt';
import { ensure } from './hands.ts';
import type { Hands } from './hands.ts';

/**
 * A guest that runs without a stored definition gets one: that with which it runs, its mark in it. What libvirt wrote into it for this
 * run alone is left out. The guest does not notice.
 */
export async function define(hands: Hands): Promise<void> {
  await ensure(hands, async (seen) => {
    if (seen.domain === 'absent') throw new InstanceNotFoundError(hands.instance);
    if (seen.domain === 'defined') return 'done';
    const flags = DomainXmlFlag.SECURE | DomainXmlFlag.INACTIVE;
    const xml = await hands.ask((libvirt, domain, options) => libvirt.domainGetXmlDesc(domain, flags, options));
    await hands.act((libvirt, _domain, options) => libvirt.domainDefineXmlFlags(xml, 0, options));
    return 'again';
  });
}
