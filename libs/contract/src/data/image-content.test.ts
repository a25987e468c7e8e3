import { readFileSync } from 'node:fs';
import { assert, constantFrom, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IMAGE_HEAD_BYTES, judgeImage, virtualBytesOf } from './image-content.ts';

/** A head of zeros with Latin-1 bytes at places. */
function head(...parts: readonly (readonly [at: number, bytes: string])[]): Uint8Array {
  const bytes = new Uint8Array(IMAGE_HEAD_BYTES);
  for (const [at, text] of parts) bytes.set(Buffer.from(text, 'latin1'), at);
  return bytes;
}
const verdict = (bytes: Uint8Array, said?: 'qcow2' | 'raw'): string => {
  const found = judgeImage(bytes, said);
  return 'format' in found ? found.format : `${found.why}; ${found.advice}`;
};
const text = (words: string): Uint8Array => Uint8Array.from(Buffer.from(words, 'latin1'));

describe('what a file is', () => {
  it('is qcow2 by its magic, whatever else it holds', () => {
    expect(verdict(head([0, 'QFI\xfb'], [510, '\x55\xaa']))).toBe('qcow2');
    expect(verdict(head([0, 'QFI\xfb']), 'raw')).toMatch(/^is said to be raw but its content is qcow2; .*format qcow2/);
  });
  it.each([
    ['a boot sector', 510, '\x55\xaa'],
    ['GPT', 512, 'EFI PART'],
    ['GPT on a disk of large sectors', 4096, 'EFI PART'],
    ['ISO 9660', 32_769, 'CD001'],
    ['ext4', 1080, '\x53\xef'],
    ['XFS', 0, 'XFSB'],
    ['btrfs', 65_600, '_BHRfS_M'],
    ['squashfs', 0, 'hsqs'],
    ['LVM', 512, 'LABELONE'],
  ])('is raw when it shows %s', (_what, at, bytes) => {
    expect(verdict(head([at, bytes]))).toBe('raw');
    expect(verdict(head([at, bytes]), 'raw')).toBe('raw');
    expect(verdict(head([at, bytes]), 'qcow2')).toMatch(/^is said to be qcow2 but its content is raw; .*format raw/);
  });
  it.each([
    ['a VMDK', 0, 'KDMV', 'qemu-img convert'],
    ['a VDI', 0x40, '\x7f\x10\xda\xbe', 'qemu-img convert'],
    ['a VHDX', 0, 'vhdxfile', 'qemu-img convert'],
    ['gzip-compressed', 0, '\x1f\x8b\x08', 'gunzip'],
    ['xz-compressed', 0, '\xfd7zXZ\0', 'unxz'],
    ['zstd-compressed', 0, '\x28\xb5\x2f\xfd', 'unzstd'],
    ['a zip archive', 0, 'PK\x03\x04', 'unzip'],
    ['a tar archive', 257, 'ustar', 'tar -xf'],
    ['a Linux kernel', 0x202, 'HdrS', 'upload a disk'],
  ])('is %s, which no word makes a disk', (what, at, bytes, advice) => {
    for (const said of [undefined, 'raw', 'qcow2'] as const) {
      // What it holds may look like a boot sector too.
      const found = verdict(head([at, bytes], [510, '\x55\xaa']), said);
      expect(found).toContain(`is ${what}`);
      expect(found).toContain(advice);
    }
  });
  it('is a page of the web, as a download that went wrong leaves one', () => {
    for (const page of ['<!DOCTYPE html>\n<html>', '\xef\xbb\xbf\n <HTML><body>', '<?xml version="1.0"?><Error>'])
      for (const said of [undefined, 'raw', 'qcow2'] as const)
        expect(verdict(text(page.padEnd(2_000, ' ')), said)).toMatch(/^is a page of the web/);
  });
  it('is nothing that is known: then it is raw when somebody says so', () => {
    expect(verdict(text('{"error": "no such image"}'))).toMatch(
      /^is no qcow2, and nothing at its start shows that it is a raw disk .*it begins with .*no such image.*; if it is a raw disk all the same, say so: --format raw, in the API format=raw$/,
    );
    expect(verdict(head())).not.toContain('begins with');
    expect(verdict(head(), 'raw')).toBe('raw');
    expect(verdict(head(), 'qcow2')).toMatch(/^is no qcow2/);
  });
  it('is told of any bytes, however few', () => {
    assert(
      property(uint8Array({ maxLength: 1_200 }), constantFrom(undefined, 'raw', 'qcow2'), (bytes, said) => {
        const found = judgeImage(bytes, said as never);
        return 'format' in found || (found.why !== '' && found.advice !== '');
      }),
    );
  });
  it('is told in a browser too', () => {
    expect(readFileSync(new URL('image-content.ts', import.meta.url), 'utf8')).not.toMatch(/Buffer|from 'node:/);
  });
});

describe('the disk that a guest sees', () => {
  const qcow2 = (size: bigint): Uint8Array => {
    // Not at the beginning of its memory, as what is read from a file may not be.
    const bytes = new Uint8Array(200).subarray(7);
    bytes.set([0x51, 0x46, 0x49, 0xfb]);
    new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(24, size);
    return bytes;
  };
  it('of a qcow2 is in its header', () => {
    expect(virtualBytesOf(qcow2(30n * 2n ** 30n), 200_000)).toBe(30 * 2 ** 30);
    expect(virtualBytesOf(qcow2(2n ** 60n), 200_000)).toBeNull();
    expect(virtualBytesOf(qcow2(5n).subarray(0, 31), 31)).toBeNull();
  });
  it('of a raw one is the file, in whole sectors', () => {
    expect([1, 512, 513].map((bytes) => virtualBytesOf(head([510, '\x55\xaa']), bytes))).toEqual([512, 512, 1024]);
  });
});
