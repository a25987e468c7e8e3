/**
 * What a file is, from its first bytes alone, and whether it may become an image: one rule for whoever sends one and whoever takes it in.
 * Nothing tells a raw disk for certain, and whatever is taken for one boots nothing if it is none. So it has to bear the sign of a disk, or
 * somebody has to say that it is one. What is plainly something else is refused whoever says what.
 */
import type { ImageFormat } from './instance-spec.ts';

/** As many bytes from a file's start tell what it is; of a shorter file, all. */
export const IMAGE_HEAD_BYTES = 68 * 1024;

/** `why` goes after the file's name ("is a VMDK, …"); `advice` tells a person what to do. */
interface Unfit {
  readonly why: string;
  readonly advice: string;
  /** With this said of it, it would be taken; left out: whatever is said. */
  readonly unlessSaid?: ImageFormat;
}

/** A file's format, or why it may not become an image. */
export type ImageVerdict = { readonly format: ImageFormat } | Unfit;

type Sign = readonly [what: string, at: number, bytes: string];

const QCOW2: Sign = ['qcow2', 0, 'QFI\xfb'];

const convert = 'convert it: qemu-img convert -O qcow2';

/** What is no disk as it stands; booting it as raw would fail in a way that nobody understands. Bytes as Latin-1. */
const strangers: readonly (readonly [...sign: Sign, advice: string])[] = [
  ['a VMDK', 0, 'KDMV', convert],
  ['a VMDK', 0, 'COWD', convert],
  ['a VMDK description', 0, '# Disk DescriptorFile', convert],
  ['a VHDX', 0, 'vhdxfile', convert],
  ['a VHD', 0, 'conectix', convert],
  ['a VDI', 0x40, '\x7f\x10\xda\xbe', convert],
  ['a QED', 0, 'QED\0', convert],
  ['a Parallels disk', 0, 'WithoutFreeSpace', convert],
  ['a Parallels disk', 0, 'WithouFreSpacExt', convert],
  ['LUKS-encrypted', 0, 'LUKS\xba\xbe', 'upload it decrypted'],
  ['gzip-compressed', 0, '\x1f\x8b\x08', 'unpack it: gunzip'],
  ['xz-compressed', 0, '\xfd7zXZ\0', 'unpack it: unxz'],
  ['zstd-compressed', 0, '\x28\xb5\x2f\xfd', 'unpack it: unzstd'],
  ['bzip2-compressed', 0, 'BZh', 'unpack it: bunzip2'],
  ['lz4-compressed', 0, '\x04\x22\x4d\x18', 'unpack it: unlz4'],
  ['lzma-compressed', 0, ']\0\0', 'unpack it: unlzma'],
  ['a zip archive', 0, 'PK\x03\x04', 'unpack it: unzip'],
  ['a 7z archive', 0, '7z\xbc\xaf\x27\x1c', 'unpack it: 7z x'],
  ['a RAR archive', 0, 'Rar!\x1a\x07', 'unpack it: unrar x'],
  ['a tar archive, as an OVA is', 257, 'ustar', 'unpack it, and upload the disk in it: tar -xf'],
  ['a cpio archive, as an initrd is', 0, '07070', 'upload a disk'],
  // A kernel has the signature of a boot sector too.
  ['a Linux kernel', 0x202, 'HdrS', 'upload a disk that has one on it'],
  ['a program', 0, '\x7fELF', 'upload a disk'],
];

/** What a raw disk shows: where a firmware looks for something to boot, or a kernel for partitions or a file system. */
const disks: readonly Sign[] = [
  ['a boot sector', 510, '\x55\xaa'],
  ['a GPT', 512, 'EFI PART'],
  ['a GPT of 4096-byte sectors', 4096, 'EFI PART'],
  ['an ISO 9660 image', 0x8001, 'CD001'],
  ['a UDF image', 0x8001, 'BEA01'],
  ['ext2, ext3 or ext4', 1080, '\x53\xef'],
  ['XFS', 0, 'XFSB'],
  ['btrfs', 0x1_00_40, '_BHRfS_M'],
  ['a squashfs', 0, 'hsqs'],
  ['f2fs', 1024, '\x10\x20\xf5\xf2'],
  ['EROFS', 1024, '\xe2\xe1\xf5\xe0'],
  ['JFS', 0x80_00, 'JFS1'],
  ['ReiserFS', 0x1_00_34, 'ReIsEr'],
  ['UFS', 0x1_05_5c, '\x19\x01\x54\x19'],
  ['HFS+', 1024, 'H+'],
  ['an Apple partition map', 512, 'PM\0\0'],
  ['APFS', 32, 'NXSB'],
  ['an LVM volume', 512, 'LABELONE'],
  ['a BSD disk label', 512, '\x57\x45\x56\x82'],
  ['a Sun disk label', 508, '\xda\xbe'],
  ['swap space', 4086, 'SWAPSPACE2'],
];

/**
 * Judges a file by its first `IMAGE_HEAD_BYTES`. `said`: what somebody says that it is; another content is refused. `raw` is believed of what
 * nothing else is known of.
 */
export function judgeImage(head: Uint8Array, said?: ImageFormat): ImageVerdict {
  const shows = ([, at, bytes]: Sign | readonly [...Sign, string]): boolean => textAt(head, at, bytes.length) === bytes;
  const other = (is: ImageFormat): Unfit => ({
    why: `is said to be ${said} but its content is ${is}`,
    advice: `if that is what it should be, say so: ${saying(is)}`,
    unlessSaid: is,
  });
  if (shows(QCOW2)) return said === 'raw' ? other('qcow2') : { format: 'qcow2' };
  const stranger = strangers.find(shows);
  if (stranger !== undefined) return { why: `is ${stranger[0]}, expected qcow2 or raw`, advice: stranger[3] };
  if (isPage(head))
    return {
      why: 'is a page of the web (HTML or XML), expected qcow2 or raw',
      advice: 'its download went wrong: look at what it says',
    };
  if (said === 'raw') return { format: 'raw' };
  if (!disks.some(shows))
    return {
      why: `is no qcow2, and nothing at its start shows that it is a raw disk (no boot sector, no partition table, no file system that is known)${beginningOf(head)}`,
      advice: `if it is a raw disk all the same, say so: ${saying('raw')}`,
      unlessSaid: 'raw',
    };
  return said === 'qcow2' ? other('raw') : { format: 'raw' };
}

/** Bytes of a sector: the size of a disk is a multiple of them. */
const SECTOR = 512;

/**
 * Bytes of the disk that a guest sees of an image, by the first `IMAGE_HEAD_BYTES` of its file of `bytes` bytes; null where a qcow2 header is cut
 * off, or names a size that there cannot be.
 */
export function virtualBytesOf(head: Uint8Array, bytes: number): number | null {
  const verdict = judgeImage(head);
  if (!('format' in verdict) || verdict.format === 'raw') return Math.ceil(bytes / SECTOR) * SECTOR;
  if (head.length < 32) return null;
  const size = Number(new DataView(head.buffer, head.byteOffset, head.byteLength).getBigUint64(24));
  return Number.isSafeInteger(size) ? size : null;
}

const saying = (format: ImageFormat): string => `--format ${format}, in the API format=${format}`;

function textAt(head: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...head.subarray(at, at + length));
}

/** Byte order marks and blanks may come first. */
const isPage = (head: Uint8Array): boolean =>
  /^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|\?xml|!--)/i.test(textAt(head, 0, 256));

/** Of a file that is text, such as an error of a server: how it begins. */
function beginningOf(head: Uint8Array): string {
  const line = /^[\x20-\x7e]{8,60}/.exec(textAt(head, 0, 60))?.[0];
  return line === undefined ? '' : `; it begins with ${JSON.stringify(line)}`;
}
