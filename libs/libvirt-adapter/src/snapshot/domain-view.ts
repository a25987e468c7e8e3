import { find, findAll, parseXml } from '../xml/parse.ts';
import type { Hands } from '../guest/hands.ts';

/** What a snapshot needs to know of a running domain. */
export interface DomainView {
  readonly disks: readonly {
    /** Its name in the definition. */
    readonly target: string;
    readonly file: string;
    /** The file that it is mirrored into, and whether both are alike; null = it is not. */
    readonly mirror: { readonly file: string; readonly ready: boolean } | null;
  }[];
  /** The guest's agent has opened its channel. */
  readonly agentConnected: boolean;
}

/** Looks at the domain as it runs. */
export async function domainView(hands: Hands): Promise<DomainView> {
  const domain = parseXml(await hands.ask((libvirt, dom, options) => libvirt.domainGetXmlDesc(dom, 0, options)));
  const channels = findAll(domain, 'devices', 'channel', 'target');
  return {
    disks: findAll(domain, 'devices', 'disk').map((disk) => {
      const mirror = find(disk, 'mirror');
      const copy = mirror && (find(mirror, 'source')?.attributes['file'] ?? mirror.attributes['file'] ?? '');
      return {
        target: find(disk, 'target')?.attributes['dev'] ?? '',
        file: find(disk, 'source')?.attributes['file'] ?? '',
        mirror: copy === undefined ? null : { file: copy, ready: mirror?.attributes['ready'] === 'yes' },
      };
    }),
    agentConnected: channels.some(
      ({ attributes }) => attributes['name'] === 'org.qemu.guest_agent.0' && attributes['state'] === 'connected',
    ),
  };
}
