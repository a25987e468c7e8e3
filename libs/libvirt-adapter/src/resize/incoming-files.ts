/** What the peer service of this host needs to know of its files. */
import { join } from 'node:path';
import type { InstanceUuid } from '@chronovirt/contract';
import type { PeerHost } from '@chronovirt/peer';
import { baseFile } from '../disks/base-image.ts';
import { isThere } from '../disks/instance-disks.ts';
import type { HostServices } from '../host/host-services.ts';
import { probeName } from './destination.ts';

/** Files that a move brings: disks, and the record of what they are. */
const movable = /^disk(\.eph\d{1,3}|\.config|\.info)?$/;

export type FilesForPeers = Pick<PeerHost, 'placeOf' | 'imageFile' | 'sees'>;

export function filesForPeers(host: HostServices): FilesForPeers {
  const instances = host.settings.instancesDirectory;
  return {
    placeOf: (instance: InstanceUuid, file) => (movable.test(file) ? host.directory(instance).file(file) : null),
    imageFile: async (sha256) => {
      const made = await host.kept.find(sha256);
      if (made !== null) return made.file;
      const directory = host.directory('00000000-0000-4000-8000-000000000000' as InstanceUuid);
      for (const format of ['qcow2', 'raw'] as const) {
        const file = baseFile(directory, { sha256, format });
        if (await isThere(file)) return file;
      }
      return null;
    },
    sees: (token) => isThere(join(instances, probeName(token))),
  };
}
