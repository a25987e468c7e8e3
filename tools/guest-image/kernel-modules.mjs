/** Which module files the guest loads, and in which order, read from the modules themselves: no depmod, no kmod. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** What the guest must be able to do, as the kernel names it. Names that a kernel does not have are built in or absent: skipped. */
const WANTED = [
  'virtio_pci virtio_blk virtio_scsi sd_mod sr_mod ata_piix', // disks and cd drives
  'virtio_net virtio_console virtio_balloon virtio_rng',
  'button evdev', // without these two the ACPI power button does nothing
  'crc32c_generic ext4 isofs vfat nls_cp437 nls_ascii nls_iso8859_1 nls_utf8',
  'i6300esb pvpanic_pci pvpanic_mmio', // watchdog and panic reports
].flatMap((names) => names.split(' '));

/**
 * Module files in load order, each after all that it depends on.
 * @param {string} directory a kernel's own directory under lib/modules
 * @returns {string[]} paths
 */
export function modulesInLoadOrder(directory) {
  const files = new Map(moduleFiles(join(directory, 'kernel')).map((path) => [moduleName(path), path]));
  /** @type {Map<string, string>} */
  const ordered = new Map();
  const visit = (/** @type {string} */ name) => {
    const path = files.get(name);
    if (path === undefined || ordered.has(name)) return;
    dependsOn(readFileSync(path)).forEach(visit);
    ordered.set(name, path);
  };
  WANTED.forEach(visit);
  return [...ordered.values()];
}

/**
 * The names in a module's `depends=` note; dashes and underscores are the same to the kernel.
 * @param {Buffer} module
 * @returns {string[]}
 */
export function dependsOn(module) {
  const start = module.indexOf('\0depends=');
  if (start < 0) return [];
  const from = start + '\0depends='.length;
  const list = module.toString('latin1', from, module.indexOf(0, from));
  return list.split(',').filter(Boolean).map(underscored);
}

/** @param {string} directory @returns {string[]} */
function moduleFiles(directory) {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) return moduleFiles(path);
    return name.endsWith('.ko') ? [path] : [];
  });
}

/** @param {string} path */
const moduleName = (path) => underscored(basename(path, '.ko'));

/** @param {string} name */
const underscored = (name) => name.replaceAll('-', '_');
