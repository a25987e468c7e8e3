import { join } from 'node:path';
import { domainNameOf } from '@chronovirt/contract';
import type { InstanceUuid } from '@chronovirt/contract';
import { silentGuest } from '@chronovirt/testing/lab';
import type { LibvirtHost } from '@chronovirt/testing/lab';

/** Where guests lie, as seen from here. */
export interface Shown {
  readonly libvirt: LibvirtHost;
  readonly instances: string;
}

/** For who waits for a guest to say something: what there is to know when it was in vain. */
export const whySilent =
  ({ libvirt, instances }: Shown, uuid: InstanceUuid): (() => Promise<string>) =>
  () =>
    silentGuest(libvirt, domainNameOf(uuid), join(instances, uuid, 'console.log'));
