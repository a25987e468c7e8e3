import { execFileSync } from 'node:child_process';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, boolean, constantFrom, property, uint8Array } from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ImageUnacceptableError, inspectHead, inspectImage, writeEmptyQcow2 } from './index.ts';

let dir = '';
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'images-'))));
afterAll(() => rm(dir, { recursive: true, force: true }));

const create = (name: string, ...options: string[]): string => {
  const file = join(dir, name);
  execFileSync('qemu-img', ['create', '-q', ...options.slice(0, -1), file, options.at(-1)!]);
  return file;
};
const refusal = async (file: string, declared?: 'qcow2' | 'raw'): Promise<string> => {
  const error = await inspectImage(file, declared).then(
    () => 'accepted',
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(ImageUnacceptableError);
  return (error as Error).message;
};
const thrownBy = (call: () => unknown): unknown => {
  try {
    call();
    return null;
  } catch (error) {
    return error;
  }
};
/** Sets bits of the 64-bit field of incompatible features. */
const withFeature = async (file: string, bit: bigint): Promise<string> => {
  const bytes = await readFile(file);
  bytes.writeBigUInt64BE(bytes.readBigUInt64BE(72) | (1n << bit), 72);
  const changed = `${file}.${bit}`;
  await writeFile(changed, bytes);
  return changed;
};

describe('inspectImage', () => {
  it.each([
    ['compat=1.1'],
    ['compat=0.10'],
    ['compat=1.1,compression_type=zstd'],
    ['compat=1.1,extended_l2=on'],
    ['cluster_size=2M'],
  ])('accepts what qemu-img creates with %s and reads its size', async (options) => {
    const file = create('good.qcow2', '-f', 'qcow2', '-o', options, '123M');
    expect(await inspectImage(file, 'qcow2')).toMatchObject({ format: 'qcow2', virtualBytes: 123 * 2 ** 20 });
  });
  it('accepts a plain disk as raw, in whole sectors', async () => {
    await writeFile(join(dir, 'disk.raw'), Buffer.alloc(1025, 7));
    expect(await inspectImage(join(dir, 'disk.raw'), 'raw')).toEqual({
      format: 'raw',
      bytes: 1025,
      virtualBytes: 1536,
    });
  });
  it('takes what looks like a raw disk for one; of what does not, somebody has to say it, when it comes in', async () => {
    await writeFile(
      join(dir, 'boots'),
      Buffer.concat([Buffer.alloc(510), Buffer.from([0x55, 0xaa]), Buffer.alloc(512)]),
    );
    expect(await inspectImage(join(dir, 'boots'))).toMatchObject({ format: 'raw', bytes: 1024 });
    await writeFile(join(dir, 'odd'), Buffer.alloc(1024, 7));
    expect(await refusal(join(dir, 'odd'))).toMatch(/^the image is no qcow2, and .* say so: --format raw/);
    for (const said of ['raw', 'known'] as const)
      expect(await inspectImage(join(dir, 'odd'), said)).toMatchObject({ format: 'raw' });
    await writeFile(join(dir, 'page.img'), '<!doctype html><title>404</title>'.padEnd(4096));
    expect(await refusal(join(dir, 'page.img'), 'raw')).toContain('is a page of the web');
  });
  it('refuses a backing file, naming it', async () => {
    const file = create('b.qcow2', '-f', 'qcow2', '-u', '-F', 'raw', '-b', '/etc/shadow', '1G');
    expect(await refusal(file)).toContain('backing file ("/etc/shadow")');
  });
  it('refuses an external data file', async () => {
    const file = create('d.qcow2', '-f', 'qcow2', '-o', `data_file=${join(dir, 'd.data')}`, '1G');
    expect(await refusal(file)).toContain('another file');
  });
  it('refuses an external data file that only the header extension names', async () => {
    const bytes = await readFile(create('dx.qcow2', '-f', 'qcow2', '-o', `data_file=${join(dir, 'dx.data')}`, '1G'));
    bytes.writeBigUInt64BE(0n, 72);
    await writeFile(join(dir, 'dx2.qcow2'), bytes);
    expect(await refusal(join(dir, 'dx2.qcow2'))).toContain('another file');
  });
  it('refuses encryption', async () => {
    const bytes = await readFile(create('e.qcow2', '-f', 'qcow2', '1M'));
    bytes.writeUInt32BE(2, 32);
    await writeFile(join(dir, 'luks.qcow2'), bytes);
    expect(await refusal(join(dir, 'luks.qcow2'))).toContain('encrypted');
  });
  it('refuses features that it does not know, and damaged images', async () => {
    const file = create('f.qcow2', '-f', 'qcow2', '1G');
    expect(await refusal(await withFeature(file, 63n))).toContain('bits 63');
    expect(await refusal(await withFeature(file, 1n))).toContain('damaged');
    expect(await refusal(await withFeature(file, 0n))).toContain('not closed properly');
  });
  it('refuses a file that is not what it is said to be', async () => {
    expect(await refusal(create('q.qcow2', '-f', 'qcow2', '1G'), 'raw')).toContain(
      'said to be raw but its content is qcow2',
    );
    await writeFile(join(dir, 'r.raw'), Buffer.alloc(512, '\x55\xaa', 'latin1'));
    expect(await refusal(join(dir, 'r.raw'), 'qcow2')).toContain('said to be qcow2 but its content is raw');
    await writeFile(join(dir, 'x'), 'x'.repeat(4096));
    expect(await refusal(join(dir, 'x'), 'qcow2')).toContain('the image is no qcow2, and nothing at its start');
  });
  it.each(['vmdk', 'vdi', 'vhdx', 'qed', 'parallels'])('refuses a %s and says how to convert it', async (format) => {
    expect(await refusal(create(`x.${format}`, '-f', format, '8M'))).toContain('qemu-img convert');
  });
  it('refuses compressed, empty and truncated files', async () => {
    await writeFile(join(dir, 'z.gz'), Buffer.from('1f8b0800000000000003', 'hex'));
    expect(await refusal(join(dir, 'z.gz'))).toContain('gunzip');
    await writeFile(join(dir, 'empty'), '');
    expect(await refusal(join(dir, 'empty'))).toContain('empty');
    const whole = await readFile(create('t.qcow2', '-f', 'qcow2', '1G'));
    await writeFile(join(dir, 'cut.qcow2'), whole.subarray(0, 70_000));
    expect(await refusal(join(dir, 'cut.qcow2'))).toContain('cut off');
  });
  it('never fails in another way, whatever the bytes are', () => {
    const magic = Buffer.from('514649fb', 'hex');
    assert(
      property(uint8Array({ maxLength: 600 }), boolean(), constantFrom(2, 3), (noise, qcow, version) => {
        const head = Buffer.concat(qcow ? [magic, Buffer.from([0, 0, 0, version]), noise] : [noise]);
        const error = thrownBy(() => inspectHead(head, head.length));
        return error === null || error instanceof ImageUnacceptableError;
      }),
      { numRuns: 500 },
    );
  });
});

describe('writeEmptyQcow2', () => {
  it.each([1, 512, 64 * 2 ** 20, 512 * 2 ** 20 + 1, 5 * 2 ** 40])(
    'writes %d bytes that qemu-img finds sound',
    async (size) => {
      const file = join(dir, `new-${size}.qcow2`);
      await using handle = await open(file, 'w');
      await writeEmptyQcow2(handle, size);
      expect(
        JSON.parse(execFileSync('qemu-img', ['check', '--output=json', file], { encoding: 'utf8' })),
      ).toMatchObject({ 'check-errors': 0 });
      const info = JSON.parse(
        execFileSync('qemu-img', ['info', '--output=json', file], { encoding: 'utf8' }),
      ) as object;
      expect(info).toMatchObject({ format: 'qcow2', 'virtual-size': Math.ceil(size / 512) * 512 });
    },
  );
  it('records backing file and format, and shows the content beneath', async () => {
    const base = join(dir, 'base.raw');
    await writeFile(base, Buffer.alloc(65_536, 'chronovirt'));
    const file = join(dir, 'over.qcow2');
    await using handle = await open(file, 'w');
    await writeEmptyQcow2(handle, 2 ** 26, { file: base, format: 'raw' });
    const info = JSON.parse(execFileSync('qemu-img', ['info', '--output=json', file], { encoding: 'utf8' })) as object;
    expect(info).toMatchObject({ 'backing-filename': base, 'backing-filename-format': 'raw', 'virtual-size': 2 ** 26 });
    execFileSync('qemu-io', ['-f', 'qcow2', '-c', `write -P 0x55 65536 4096`, file]);
    execFileSync('qemu-img', ['convert', '-O', 'raw', file, join(dir, 'flat.raw')]);
    const flat = await readFile(join(dir, 'flat.raw')).then((bytes) => bytes.subarray(0, 70_000));
    expect(flat.subarray(0, 65_536).equals(await readFile(base))).toBe(true);
    expect(flat[65_536]).toBe(0x55);
    expect(JSON.parse(execFileSync('qemu-img', ['check', '--output=json', file], { encoding: 'utf8' }))).toMatchObject({
      'check-errors': 0,
    });
  });
});
