import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { guestTools } from '../../../../tools/guest-image/parts.mjs';

/** What a config drive tells a guest, in OpenStack's own terms. */
export interface ConfigDriveData {
  uuid: string;
  hostname: string;
  publicKeys?: Record<string, string>;
  adminPass?: string;
  userData?: string;
  networkData?: object;
}

/**
 * Writes a config drive as a raw FAT image labelled `config-2`, for tests of the lab itself: what instances get is made by the
 * driver, and must not be proved with this.
 */
export async function writeConfigDrive(path: string, data: ConfigDriveData): Promise<void> {
  const { env } = await guestTools();
  const tree = `${path}.tree`;
  const latest = join(tree, 'openstack/latest');
  mkdirSync(latest, { recursive: true });
  const meta = {
    uuid: data.uuid,
    hostname: data.hostname,
    name: data.hostname,
    public_keys: data.publicKeys ?? {},
    admin_pass: data.adminPass,
  };
  writeFileSync(join(latest, 'meta_data.json'), JSON.stringify(meta));
  if (data.networkData) writeFileSync(join(latest, 'network_data.json'), JSON.stringify(data.networkData));
  if (data.userData !== undefined) writeFileSync(join(latest, 'user_data'), data.userData);
  execFileSync('mkfs.fat', ['-C', '-n', 'config-2', path, '1024'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  execFileSync('mcopy', ['-i', path, '-s', join(tree, 'openstack'), '::/'], { env });
  rmSync(tree, { recursive: true });
}
