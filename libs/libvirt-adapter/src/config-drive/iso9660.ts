/**
 * Writes a small ISO 9660 image with Joliet names from files in memory: same input, same bytes. Made here, since a config drive is a
 * few kilobytes that must never lie around unwritten-protected in a directory, as it would for a tool that packs directories.
 *
 * ```text
 * sector  0-15  system area (zero)
 *         16    primary volume descriptor     (label as given, upper-case names)
 *         17    Joliet volume descriptor      (UCS-2 names as given)
 *         18    terminator
 *         19    path table little endian      20  big endian
 *         21    Joliet path table little endian   22  big endian
 *         23 …  directories, Joliet directories, files
 * ```
 */
import { InvalidInputError } from '@chronovirt/contract';

const SECTOR = 2048;

/**
 * No image is smaller: small readers (busybox) try file systems one after the other, some of which begin at 64 KiB, and give up on
 * the whole device when a read fails.
 */
const SMALLEST = 256 * 1024;

/** A file by its path with `/` between names, and its content. */
export type IsoFile = readonly [path: string, content: Uint8Array];

interface Directory {
  readonly name: string;
  readonly parent: Directory | null;
  readonly directories: Directory[];
  readonly files: { readonly name: string; readonly content: Uint8Array; sector: number }[];
}

/** How one of the two trees spells its names. */
interface Naming {
  readonly text: (name: string) => Buffer;
  readonly file: (name: string) => string;
}
const upperCase: Naming = { text: (name) => Buffer.from(name.toUpperCase(), 'ascii'), file: (name) => `${name};1` };
const joliet: Naming = { text: (name) => Buffer.from(name, 'utf16le').swap16(), file: (name) => name };

/** The image with a volume label of at most 16 characters. Throws `INVALID_INPUT` for names that the format cannot carry. */
export function isoImage(label: string, files: readonly IsoFile[]): Buffer {
  if (!/^[A-Za-z0-9_-]{1,16}$/.test(label)) throw new InvalidInputError('label', 'expected 1-16 of A-Z a-z 0-9 _ -');
  const root = treeOf(files);
  const all = breadthFirst(root);
  if (all.length > 100) throw new InvalidInputError('files', 'expected at most 100 directories');
  let next = 23;
  const place = (bytes: number): number => {
    const at = next;
    next += Math.max(1, Math.ceil(bytes / SECTOR));
    return at;
  };
  const treeAs = (naming: Naming): Tree => {
    const sizes = new Map(all.map((directory) => [directory, directoryBytes(directory, naming)]));
    return { naming, sizes, sectors: new Map(all.map((directory) => [directory, place(sizes.get(directory)!)])) };
  };
  const trees = [treeAs(upperCase), treeAs(joliet)] as const;
  for (const directory of all) for (const file of directory.files) file.sector = place(file.content.length);

  next = Math.max(next, SMALLEST / SECTOR);
  const image = Buffer.alloc(next * SECTOR);
  const [primary, supplementary] = trees;
  const tables = trees.map((tree) => pathTable(all, tree));
  for (const [index, [little, big]] of tables.entries()) {
    little.copy(image, (19 + 2 * index) * SECTOR);
    big.copy(image, (20 + 2 * index) * SECTOR);
  }
  volumeDescriptor(1, label, primary, root, tables[0]![0].length, 19, next).copy(image, 16 * SECTOR);
  volumeDescriptor(2, label, supplementary, root, tables[1]![0].length, 21, next).copy(image, 17 * SECTOR);
  image.write('\xffCD001\x01', 18 * SECTOR, 'latin1');
  for (const tree of trees) {
    for (const directory of all) directoryRecords(directory, tree).copy(image, tree.sectors.get(directory)! * SECTOR);
  }
  for (const directory of all) for (const { content, sector } of directory.files) image.set(content, sector * SECTOR);
  return image;
}

interface Tree {
  readonly naming: Naming;
  readonly sizes: ReadonlyMap<Directory, number>;
  readonly sectors: ReadonlyMap<Directory, number>;
}

function treeOf(files: readonly IsoFile[]): Directory {
  const root: Directory = { name: '', parent: null, directories: [], files: [] };
  for (const [path, content] of files) {
    const names = path.split('/');
    const name = names.pop()!;
    for (const part of [...names, name]) {
      if (!/^[a-z0-9_][a-z0-9_.-]{0,29}$/.test(part))
        throw new InvalidInputError('path', `expected names of a-z 0-9 _ . - in ${JSON.stringify(path)}`);
    }
    const directory = names.reduce(
      (at, part) => at.directories.find((one) => one.name === part) ?? added(at, part),
      root,
    );
    if (directory.files.some((file) => file.name === name))
      throw new InvalidInputError('path', `${path} is there twice`);
    directory.files.push({ name, content, sector: 0 });
  }
  return root;
}

function added(parent: Directory, name: string): Directory {
  const directory: Directory = { name, parent, directories: [], files: [] };
  parent.directories.push(directory);
  parent.directories.sort(byName);
  return directory;
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

/** Parents before children, as path tables want them. */
function breadthFirst(root: Directory): Directory[] {
  const all = [root];
  for (const directory of all) all.push(...directory.directories);
  return all;
}

const recordBytes = (name: Buffer): number => 33 + name.length + ((name.length + 1) % 2);

function entriesOf(directory: Directory, naming: Naming): Buffer[] {
  const names = [
    ...directory.directories.map(({ name }) => name),
    ...directory.files.map(({ name }) => naming.file(name)),
  ];
  return [Buffer.from([0]), Buffer.from([1]), ...names.map(naming.text)];
}

/** Bytes of a directory: a record never crosses a sector. */
function directoryBytes(directory: Directory, naming: Naming): number {
  let at = 0;
  for (const name of entriesOf(directory, naming)) {
    const length = recordBytes(name);
    if ((at % SECTOR) + length > SECTOR) at = Math.ceil(at / SECTOR) * SECTOR;
    at += length;
  }
  return Math.ceil(at / SECTOR) * SECTOR;
}

function directoryRecords(directory: Directory, { naming, sizes, sectors }: Tree): Buffer {
  const bytes = Buffer.alloc(sizes.get(directory)!);
  const above = directory.parent ?? directory;
  const records = [
    directoryRecord(Buffer.from([0]), sectors.get(directory)!, sizes.get(directory)!, true),
    directoryRecord(Buffer.from([1]), sectors.get(above)!, sizes.get(above)!, true),
    ...[
      ...directory.directories.map((one) => ({
        name: one.name,
        record: directoryRecord(naming.text(one.name), sectors.get(one)!, sizes.get(one)!, true),
      })),
      ...directory.files.map((one) => ({
        name: one.name,
        record: directoryRecord(naming.text(naming.file(one.name)), one.sector, one.content.length, false),
      })),
    ]
      .toSorted(byName)
      .map(({ record }) => record),
  ];
  let at = 0;
  for (const record of records) {
    if ((at % SECTOR) + record.length > SECTOR) at = Math.ceil(at / SECTOR) * SECTOR;
    record.copy(bytes, at);
    at += record.length;
  }
  return bytes;
}

/** Numbers stand twice, little endian then big endian. */
function both32(bytes: Buffer, value: number, at: number): void {
  bytes.writeUInt32LE(value, at);
  bytes.writeUInt32BE(value, at + 4);
}
function both16(bytes: Buffer, value: number, at: number): void {
  bytes.writeUInt16LE(value, at);
  bytes.writeUInt16BE(value, at + 2);
}

/** Dates are 1 January 1980 everywhere: the same content gives the same image. */
function directoryRecord(name: Buffer, sector: number, length: number, isDirectory: boolean): Buffer {
  const record = Buffer.alloc(recordBytes(name));
  record[0] = record.length;
  both32(record, sector, 2);
  both32(record, length, 10);
  record.set([80, 1, 1, 0, 0, 0, 0], 18);
  record[25] = isDirectory ? 2 : 0;
  both16(record, 1, 28);
  record[32] = name.length;
  name.copy(record, 33);
  return record;
}

function pathTable(all: readonly Directory[], { naming, sectors }: Tree): [little: Buffer, big: Buffer] {
  const rows = all.map((directory) => ({
    name: directory.parent === null ? Buffer.from([0]) : naming.text(directory.name),
    sector: sectors.get(directory)!,
    parent: all.indexOf(directory.parent ?? directory) + 1,
  }));
  const table = (littleEndian: boolean): Buffer =>
    Buffer.concat(
      rows.map(({ name, sector, parent }) => {
        const row = Buffer.alloc(8 + name.length + (name.length % 2));
        row[0] = name.length;
        if (littleEndian) row.writeUInt32LE(sector, 2);
        else row.writeUInt32BE(sector, 2);
        if (littleEndian) row.writeUInt16LE(parent, 6);
        else row.writeUInt16BE(parent, 6);
        name.copy(row, 8);
        return row;
      }),
    );
  return [table(true), table(false)];
}

function volumeDescriptor(
  type: 1 | 2,
  label: string,
  tree: Tree,
  root: Directory,
  tableBytes: number,
  tableSector: number,
  sectors: number,
): Buffer {
  const bytes = Buffer.alloc(SECTOR);
  const wide = type === 2;
  const text = (value: string, at: number, length: number): void => {
    const padded = value.padEnd(wide ? length / 2 : length, ' ');
    (wide ? Buffer.from(padded, 'utf16le').swap16() : Buffer.from(padded, 'ascii')).copy(bytes, at, 0, length);
  };
  bytes[0] = type;
  bytes.write('CD001\x01', 1, 'latin1');
  text('', 8, 32);
  text(label, 40, 32);
  both32(bytes, sectors, 80);
  if (wide) bytes.write('%/E', 88, 'latin1'); // Joliet level 3
  both16(bytes, 1, 120);
  both16(bytes, 1, 124);
  both16(bytes, SECTOR, 128);
  both32(bytes, tableBytes, 132);
  bytes.writeUInt32LE(tableSector, 140);
  bytes.writeUInt32BE(tableSector + 1, 148);
  directoryRecord(Buffer.from([0]), tree.sectors.get(root)!, tree.sizes.get(root)!, true).copy(bytes, 156);
  for (const at of [190, 318, 446, 574]) text('', at, 128);
  for (const at of [702, 739, 776]) text('', at, wide ? 36 : 37);
  bytes.write('1980010100000000', 813, 'latin1');
  bytes.write('1980010100000000', 830, 'latin1');
  bytes.write('0000000000000000', 847, 'latin1');
  bytes.write('0000000000000000', 864, 'latin1');
  bytes[881] = 1;
  return bytes;
}
