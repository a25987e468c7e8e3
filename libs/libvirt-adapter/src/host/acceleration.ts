/**
 * Whether guests really run on the processor here. A `/dev/kvm` that exists and opens proves little: under some hypervisors a
 * guest then starts and stands still on its way to 64-bit mode. So a guest of 512 bytes walks that way (firmware, page tables,
 * long mode, ten million turns of a loop) and must report back.
 */
import { execFile } from 'node:child_process';
import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** How guests run here, and the fact that decided it. */
export interface Acceleration {
  accel: 'kvm' | 'tcg';
  why: string;
}

export interface AccelerationOptions {
  /** The QEMU program. */
  qemu?: string;
  /** How long the tiny guest may take; it needs about 0.2 s. */
  timeoutMs?: number;
  /** Keeps the answer until the machine boots again or QEMU changes. */
  cacheFile?: string;
  device?: string;
}

const DEFAULT_QEMU = '/usr/bin/qemu-system-x86_64';
const EXIT_PORT = 0xf4;
/** What QEMU ends with when the guest writes 0x10 to its exit port: twice that and one. */
const ANSWERED = 33;

/** Tries KVM with a tiny guest, once per boot of the machine when `cacheFile` is given. Never throws: what fails means TCG. */
export async function probeAcceleration(options: AccelerationOptions = {}): Promise<Acceleration> {
  const { qemu = DEFAULT_QEMU, timeoutMs = 5_000, cacheFile, device = '/dev/kvm' } = options;
  const unusable = whyUnusable(device);
  if (unusable) return { accel: 'tcg', why: unusable };
  const key = cacheFile && cacheKey(qemu);
  const known = cacheFile && readCache(cacheFile, key);
  if (known) return known;
  const answer = await tryGuest(qemu, 'kvm', timeoutMs);
  const found: Acceleration =
    answer === 'answered'
      ? { accel: 'kvm', why: `a guest ran on ${device}` }
      : { accel: 'tcg', why: `${device} is there, but a tiny guest on it ${answer}` };
  if (cacheFile) writeCache(cacheFile, key, found);
  return found;
}

/** Runs the tiny guest. Exported for the test, which also runs it on TCG to see that the guest itself is sound. */
export function tryGuest(qemu: string, accel: 'kvm' | 'tcg', timeoutMs: number): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'chronovirt-probe-'));
  const image = join(dir, 'boot.img');
  writeFileSync(image, bootSector());
  const machine = ['-machine', 'pc', '-accel', accel, '-m', '16', '-no-user-config', '-nodefaults', '-display', 'none'];
  const devices = [
    '-device',
    `isa-debug-exit,iobase=${EXIT_PORT},iosize=1`,
    '-drive',
    `file=${image},format=raw,if=floppy`,
  ];
  return new Promise((resolve) => {
    // setpriv: should this process be killed, the probe goes with it.
    const command = ['--pdeathsig', 'KILL', qemu, ...machine, ...devices];
    execFile('setpriv', command, { timeout: timeoutMs, killSignal: 'SIGKILL' }, (error, _stdout, stderr) => {
      rmSync(dir, { recursive: true, force: true });
      if (error?.code === ANSWERED) resolve('answered');
      else if (error?.killed) resolve(`gave no answer within ${timeoutMs / 1000} s`);
      else resolve(`failed: ${lastLine(stderr) || error?.message || 'it ended without an answer'}`);
    });
  });
}

function whyUnusable(device: string): string | undefined {
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return missing ? `there is no ${device}` : `${device} may not be opened by this user`;
  }
}

/** A boot sector, loaded at 0x7c00. Assembled by hand: left the bytes, right what they say. */
function bootSector(): Buffer {
  const code = [
    'fa31c08ed88ec0fc', //                 cli; ax = ds = es = 0; cld
    'bf0010b90018f3ab', //                 clear 0x1000-0x3fff
    'c70600100320c70600200330c70600308300', // page tables: 0x1000 -> 0x2000 -> 0x3000 -> the first 2 MiB
    '66b8a00000000f22e0', //               cr4 = PAE | PGE
    '66b8001000000f22d8', //               cr3 = 0x1000
    '66b9800000c00f320d00010f30', //       EFER |= long mode
    '0f0116787c', //                       lgdt
    '66b8010000800f22c0', //               cr0 = paging | protected
    'ea547c0800', //                       jump into the 64-bit segment
    'b980969800ffc975fc', //               count ten million down to zero
    'b010e6f4f4ebfd', //                   write 0x10 to port 0xf4; halt
    '0f1f4000', //                         (padding to 0x7c68)
    '0000000000000000', //                 no segment
    '00000000009a2000', //                 64-bit code segment
    '0f00687c0000', //                     where these two lie
  ].join('');
  const sector = Buffer.alloc(512);
  sector.write(code, 'hex');
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}

function cacheKey(qemu: string): string {
  const changed = statSync(qemu, { throwIfNoEntry: false })?.ctimeMs ?? 0;
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${qemu} ${changed}`;
}

function readCache(path: string, key: string | undefined): Acceleration | undefined {
  try {
    const kept = JSON.parse(readFileSync(path, 'utf8')) as { key?: string; accel?: string; why?: string };
    const { accel, why } = kept;
    return kept.key === key && (accel === 'kvm' || accel === 'tcg') && typeof why === 'string'
      ? { accel, why }
      : undefined;
  } catch {
    return undefined; // no answer kept, or not one of ours: ask again
  }
}

function writeCache(path: string, key: string | undefined, found: Acceleration): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, JSON.stringify({ key, ...found }));
  renameSync(`${path}.${process.pid}`, path);
}

const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? '';
