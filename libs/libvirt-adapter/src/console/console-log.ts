import { open } from 'node:fs/promises';
import type { InstanceDirectory } from '../disks/instance-directory.ts';
import { nothingThere } from '../disks/whole-file.ts';

/** As much as the contract promises of a console: 100 KiB. */
export const MOST_BYTES = 102_400;

/** virtlogd moves a full log away to `.0`, that to `.1`, and so on. */
const ROTATED = ['', '.0', '.1', '.2'];

/** The end of what a guest wrote to its serial console, oldest first; empty when it never wrote anything. */
export async function readConsole(directory: InstanceDirectory): Promise<string> {
  const parts: Buffer[] = [];
  let wanted = MOST_BYTES;
  for (const suffix of ROTATED) {
    if (wanted === 0) break;
    const part = await tail(`${directory.consoleLog}${suffix}`, wanted);
    parts.unshift(part);
    wanted -= part.length;
  }
  return new TextDecoder('utf-8').decode(Buffer.concat(parts));
}

async function tail(file: string, most: number): Promise<Buffer> {
  const handle = await open(file, 'r').catch(nothingThere);
  if (handle === null) return Buffer.alloc(0);
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(most, size));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, size - bytes.length);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
