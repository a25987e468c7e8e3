/**
 * The guest's disk, written without root, mounts or loop devices:
 *
 *   sector 0        boot record (from syslinux) and the partition table
 *   1 MiB           partition 1, FAT: boot loader, kernel, initramfs
 *   1 + BOOT MiB    partition 2, ext4 "LABDATA": what lasts over a restart
 */
import { openSync, closeSync, ftruncateSync, readFileSync, writeFileSync, writeSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../setup/run-command.mjs';
import { guestTools } from './parts.mjs';

/** @typedef {import('./parts.mjs').GuestParts} GuestParts */

const MIB = 1 << 20;
const SECTOR = 512;
const BOOT_MIB = 32;
const DATA_MIB = 16;

/**
 * @param {GuestParts} parts
 * @param {string} directory holds `vmlinuz` and `initrd`; gets `disk.qcow2`
 * @param {string} kernelArguments
 */
export async function makeDisk(parts, directory, kernelArguments) {
  const work = join(directory, 'work');
  mkdirSync(work);
  const boot = join(work, 'boot.fat');
  const data = join(work, 'data.ext4');
  const raw = join(work, 'disk.raw');
  const { env } = await guestTools(parts);

  sparse(boot, BOOT_MIB * MIB);
  await run(['mkfs.fat', '-F', '16', '-h', '2048', '-i', '4c414221', '-n', 'LABBOOT', boot], { env });
  writeFileSync(join(work, 'syslinux.cfg'), bootMenu(kernelArguments));
  for (const [file, name] of [
    [join(directory, 'vmlinuz'), 'vmlinuz'],
    [join(directory, 'initrd'), 'initrd'],
    [join(work, 'syslinux.cfg'), 'syslinux.cfg'],
  ]) {
    await run(['mcopy', '-i', boot, /** @type {string} */ (file), `::/${name}`], { env });
  }
  await run(['syslinux', '--install', boot], { env });

  sparse(data, DATA_MIB * MIB);
  await run(['mke2fs', '-q', '-t', 'ext4', '-O', '^has_journal', '-L', 'LABDATA', data], { env });

  sparse(raw, (1 + BOOT_MIB + DATA_MIB + 1) * MIB);
  const disk = openSync(raw, 'r+');
  try {
    writeSync(disk, bootRecord(readFileSync(join(parts.root, 'usr/lib/syslinux/mbr/mbr.bin'))), 0, SECTOR, 0);
  } finally {
    closeSync(disk);
  }
  await run(['dd', `if=${boot}`, `of=${raw}`, 'bs=1M', 'seek=1', 'conv=notrunc,sparse', 'status=none']);
  await run(['dd', `if=${data}`, `of=${raw}`, 'bs=1M', `seek=${1 + BOOT_MIB}`, 'conv=notrunc,sparse', 'status=none']);
  await run(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', raw, join(directory, 'disk.qcow2')]);
  rmSync(work, { recursive: true });
}

/** @param {string} kernelArguments */
function bootMenu(kernelArguments) {
  return `SERIAL 0 115200\nDEFAULT guest\nPROMPT 0\nTIMEOUT 0\nLABEL guest\n KERNEL /vmlinuz\n APPEND initrd=/initrd ${kernelArguments}\n`;
}

/** The boot code with our two partitions behind it. @param {Buffer} code at most 440 bytes */
function bootRecord(code) {
  const sector = Buffer.alloc(SECTOR);
  code.copy(sector, 0, 0, 440);
  const mib = MIB / SECTOR;
  partition(0x80, 0x0e, mib, BOOT_MIB * mib).copy(sector, 446);
  partition(0x00, 0x83, (1 + BOOT_MIB) * mib, DATA_MIB * mib).copy(sector, 462);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

/** @param {number} flag 0x80 = boots @param {number} type @param {number} start @param {number} sectors */
function partition(flag, type, start, sectors) {
  const entry = Buffer.alloc(16);
  const beyondCylinders = Buffer.from([0xfe, 0xff, 0xff]);
  entry.writeUInt8(flag, 0);
  beyondCylinders.copy(entry, 1);
  entry.writeUInt8(type, 4);
  beyondCylinders.copy(entry, 5);
  entry.writeUInt32LE(start, 8);
  entry.writeUInt32LE(sectors, 12);
  return entry;
}

/** @param {string} path @param {number} bytes */
function sparse(path, bytes) {
  const file = openSync(path, 'w');
  ftruncateSync(file, bytes);
  closeSync(file);
}
