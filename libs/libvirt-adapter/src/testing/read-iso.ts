/** Reads an ISO 9660 image by its Joliet tree, independently of the writer. Throws where the two spellings of a number differ. */
export function readJoliet(image: Buffer): Map<string, Buffer> {
  const descriptor = image.subarray(17 * 2048, 18 * 2048);
  if (descriptor.toString('latin1', 1, 6) !== 'CD001' || descriptor[0] !== 2)
    throw new Error('no Joliet volume descriptor');
  const found = new Map<string, Buffer>();
  const walk = (sector: number, length: number, path: string): void => {
    for (let at = sector * 2048; at < sector * 2048 + length;) {
      const size = image[at]!;
      if (size === 0) {
        at = Math.ceil((at + 1) / 2048) * 2048;
        continue;
      }
      const name = image.subarray(at + 33, at + 33 + image[at + 32]!);
      const [start, bytes] = [image.readUInt32LE(at + 2), image.readUInt32LE(at + 10)];
      if (start !== image.readUInt32BE(at + 6) || bytes !== image.readUInt32BE(at + 14))
        throw new Error(`record at ${at}: byte orders differ`);
      if (name.length > 1) {
        const full = `${path}${Buffer.from(name).swap16().toString('utf16le')}`;
        if (image[at + 25] === 2) walk(start, bytes, `${full}/`);
        else found.set(full, image.subarray(start * 2048, start * 2048 + bytes));
      }
      at += size;
    }
  };
  walk(descriptor.readUInt32LE(158), descriptor.readUInt32LE(166), '');
  return found;
}
