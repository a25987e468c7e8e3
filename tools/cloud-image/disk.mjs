/**
 * The image's disk, laid out as Debian's own and written without mounts or loop devices:
 *
 *   sector 0        boot code of GRUB and the protective partition table
 *   sector 1        GPT
 *   1 MiB           partition 14, 3 MiB: the core of GRUB
 *   128 MiB         partition 1, ext4: the root, which grows with the disk (the last one, as there)
 *
 * The tools that make it (sfdisk, grub-mkimage) come from the image's own root.
 */
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { run } from '../setup/run-command.mjs';

const MIB = 1 << 20;
const SECTOR = 512;
const CORE_START = 2048;
const CORE_SECTORS = 6144;
const ROOT_START = 262_144;
/** The size that the image comes with; its root holds about 450 MiB. */
const DISK_MIB = 1024;

/** Partition types as GPT knows them. */
const BIOS_BOOT = '21686148-6449-6E6F-744E-656564454649';
const LINUX = '0FC63DAF-8483-4772-8E79-3D69D8477DE4';

/** All that GRUB needs to reach its menu and start Linux: nothing else is loaded from the disk. */
const GRUB_MODULES = ['biosdisk', 'part_gpt', 'ext2', 'normal', 'configfile', 'linux', 'serial', 'terminal', 'echo'];

/**
 * @param {string} root directory with the root file system; gets GRUB's menu
 * @param {string} rootUuid
 * @param {string} directory gets `disk.qcow2`
 */
export async function makeDisk(root, rootUuid, directory) {
  const raw = join(directory, 'disk.raw');
  const fileSystem = join(directory, 'root.ext4');
  // Files for programs that run inside the root must lie inside it; they leave it before it is packed.
  const inside = { raw: '/run/disk.raw', core: '/run/core.img' };
  sparse(join(root, inside.raw), DISK_MIB * MIB);
  await run(['chroot', root, 'sfdisk', '--quiet', inside.raw], { input: partitions() });
  renameSync(join(root, inside.raw), raw);
  const prefix = '(hd0,gpt1)/boot/grub';
  await run(['chroot', root, 'grub-mkimage', '-O', 'i386-pc', '-o', inside.core, '-p', prefix, ...GRUB_MODULES]);
  renameSync(join(root, inside.core), join(directory, 'core.img'));
  mkdirSync(join(root, 'boot/grub'), { recursive: true });
  writeFileSync(join(root, 'boot/grub/grub.cfg'), menu(rootUuid));
  putBootLoader(
    raw,
    readFileSync(join(root, 'usr/lib/grub/i386-pc/boot.img')),
    readFileSync(join(directory, 'core.img')),
  );

  const rootMiB = DISK_MIB - (ROOT_START * SECTOR) / MIB - 1;
  sparse(fileSystem, rootMiB * MIB);
  await run(['mke2fs', '-q', '-t', 'ext4', '-U', rootUuid, '-d', root, fileSystem]);
  const seek = `seek=${(ROOT_START * SECTOR) / MIB}`;
  await run(['dd', `if=${fileSystem}`, `of=${raw}`, 'bs=1M', seek, 'conv=notrunc,sparse', 'status=none']);
  await run(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', raw, join(directory, 'disk.qcow2')]);
  for (const path of [raw, fileSystem, join(directory, 'core.img')]) rmSync(path);
}

function partitions() {
  return `label: gpt
unit: sectors
14 : start=${CORE_START}, size=${CORE_SECTORS}, type=${BIOS_BOOT}
1 : start=${ROOT_START}, type=${LINUX}
`;
}

/**
 * `no_timer_check`: as in the small guest, and for the same cause.
 * @param {string} rootUuid
 */
function menu(rootUuid) {
  return `serial --unit=0 --speed=115200
terminal_input console serial
terminal_output console serial
set timeout=0
menuentry Debian {
  echo 'Loading Linux ...'
  linux /vmlinuz root=UUID=${rootUuid} ro console=tty0 console=ttyS0,115200 consoleblank=0 no_timer_check
  initrd /initrd.img
}
`;
}

/** Boot code to the first sector, the core to its partition; each is told by sector number where the next part lies. */
function putBootLoader(/** @type {string} */ raw, /** @type {Buffer} */ boot, /** @type {Buffer} */ core) {
  if (core.length > CORE_SECTORS * SECTOR)
    throw new Error(`GRUB's core is too large for its partition: ${core.length}`);
  boot.writeBigUInt64LE(BigInt(CORE_START), 0x5c);
  core.writeBigUInt64LE(BigInt(CORE_START + 1), SECTOR - 12);
  const disk = openSync(raw, 'r+');
  try {
    writeSync(disk, boot, 0, 440, 0);
    writeSync(disk, core, 0, core.length, CORE_START * SECTOR);
  } finally {
    closeSync(disk);
  }
}

/** @param {string} path @param {number} bytes */
function sparse(path, bytes) {
  const file = openSync(path, 'w');
  ftruncateSync(file, bytes);
  closeSync(file);
}
