/** What a driver is told of libvirt's lock manager, against a real daemon that has none, and then one. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog, type Log } from '@chronovirt/runtime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LibvirtDriver } from '../libvirt-driver.ts';
import { hostContext } from '../testing/effect-context.ts';
import { startLabHost } from '../testing/lab-host.ts';
import type { LabHost } from '../testing/lab-host.ts';
import { loadedLockManager } from './lock-manager.ts';
import type { LiveMigrationSettings } from './settings.ts';

let lab: LabHost;
beforeAll(async () => {
  lab = await startLabHost('locks');
});
afterAll(() => lab?.stop());

async function begins(liveMigration: LiveMigrationSettings, log: Log = silentLog): Promise<void> {
  const driver = new LibvirtDriver({ ...lab.settings, liveMigration, log });
  try {
    await driver.initHost({ host: lab.libvirt.name }, hostContext());
  } finally {
    await driver.close();
  }
}

it('refuses what the running daemon does not have, and takes what it has', async () => {
  expect(await loadedLockManager(lab.settings.uri)).toBe('none');
  const landing = { landing: 'running', lockManager: 'lockd' } as const;
  await expect(begins(landing)).rejects.toMatchObject({
    code: 'CONFIGURATION_INVALID',
    message: expect.stringMatching(/^liveMigration\.lockManager: "lockd" is said, .* has "none"; set lock_manager/),
  });
  await begins({});

  appendFileSync(join(lab.libvirt.stateDirs.etc, 'qemu.conf'), 'lock_manager = "lockd"\n');
  // Written is not loaded.
  await expect(begins(landing)).rejects.toThrow('has "none"');
  await lab.libvirt.exec(['virtlockd', '-d']);
  await lab.libvirt.restart();
  await begins(landing);
  await expect(begins({ lockManager: 'sanlock' })).rejects.toThrow(
    '"sanlock" is said, but the libvirt that runs here has "lockd"',
  );
});

it('says what it could not see of a daemon that is not to be found here', async () => {
  expect(await loadedLockManager('qemu+tcp://127.0.0.1/system')).toBeNull();
  expect(await loadedLockManager('qemu+unix:///system?socket=/nowhere/libvirt-sock')).toBeNull();
});
