import { DriverError, InstanceNotFoundError } from '@chronovirt/contract';
import type { ArgsOf, Mark } from '@chronovirt/contract';
import { DomainMetadataType, DomainModificationImpact, DomainXmlFlag } from '@chronovirt/libvirt';
import { markNow } from '../guest/look.ts';
import { ensure } from '../guest/hands.ts';
import type { Hands } from '../guest/hands.ts';
import { define } from '../guest/start.ts';
import { serialize } from '../xml/element.ts';
import { PREFIX, namespace, plainRunElement, sameMark, withMark } from '../xml/metadata.ts';

const { LIVE, CONFIG } = DomainModificationImpact;

/**
 * Makes this host the home of a guest that came: stored for good, under this operation's mark, live and stored. One that landed paused
 * goes on, unless the instance was paused before. It is never started and never ended.
 */
export async function postLiveMigrationAtDestination(
  hands: Hands,
  { instance }: ArgsOf<'postLiveMigrationAtDestination'>,
): Promise<void> {
  const { mark } = hands.context;
  await ensure(hands, async (seen) => {
    if (seen.domain === 'absent') throw new InstanceNotFoundError(instance.uuid);
    if (!seen.active || seen.power === 'crashed')
      throw new DriverError(
        'CALL_FAILED',
        `the guest that came does not run any more: it is ${seen.power} (${seen.reason})`,
      );
    if (seen.domain === 'transient') {
      await define(hands, withMark(await liveDefinition(hands), mark));
      return 'again';
    }
    if (!sameMark(seen.mark, mark) || !sameMark(await storedMark(hands), mark)) {
      await setMark(hands, mark);
      return 'again';
    }
    if (seen.power === 'paused' && instance.vmState !== 'paused') {
      await hands.act((libvirt, domain, options) => libvirt.domainResume(domain, options));
      return 'again';
    }
    return 'done';
  });
}

async function liveDefinition(hands: Hands): Promise<string> {
  const flags = DomainXmlFlag.MIGRATABLE | DomainXmlFlag.SECURE;
  return await hands.ask((libvirt, domain, options) => libvirt.domainGetXmlDesc(domain, flags, options));
}

function storedMark(hands: Hands): Promise<Mark | null> {
  return hands.ask((libvirt, domain, options) => markNow(libvirt, domain, CONFIG, options));
}

async function setMark(hands: Hands, mark: Mark): Promise<void> {
  const element = serialize(plainRunElement(mark));
  await hands.act((libvirt, domain, options) =>
    libvirt.domainSetMetadata(
      domain,
      DomainMetadataType.ELEMENT,
      element,
      PREFIX,
      namespace.run,
      LIVE | CONFIG,
      options,
    ),
  );
}
