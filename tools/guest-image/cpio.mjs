/** An archive in cpio's "newc" form, which the kernel unpacks as its first root file system. Owner is root, times are zero: same input, same bytes. */

/** @typedef {{ path: string, mode: number, data?: Buffer | string }} CpioEntry `mode` with the type bits; `data` is a link's target too */

export const DIRECTORY = 0o040000;
export const FILE = 0o100000;
export const LINK = 0o120000;

/**
 * @param {CpioEntry[]} entries parents before children
 * @returns {Buffer}
 */
export function cpio(entries) {
  const blocks = entries.map((entry, index) => record(entry, index + 1));
  blocks.push(record({ path: 'TRAILER!!!', mode: 0 }, 0));
  return Buffer.concat(blocks);
}

/** @param {CpioEntry} entry @param {number} inode */
function record({ path, mode, data = '' }, inode) {
  const body = Buffer.from(data);
  const name = Buffer.from(`${path}\0`);
  const links = (mode & 0o170000) === DIRECTORY ? 2 : 1;
  const numbers = [inode, mode, 0, 0, links, 0, body.length, 0, 0, 0, 0, name.length, 0];
  const header = Buffer.from(`070701${numbers.map((n) => n.toString(16).padStart(8, '0')).join('')}`);
  return Buffer.concat([padded(Buffer.concat([header, name])), padded(body)]);
}

/** To the next multiple of four. @param {Buffer} bytes */
function padded(bytes) {
  const rest = bytes.length % 4;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(4 - rest)]);
}
