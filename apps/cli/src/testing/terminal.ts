/** The real command in a directory of its own, against an API on a simulated cloud; for tests. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SimulatedCloud } from '@chronovirt/coordinator/testing';

export const bin = fileURLToPath(new URL('../../bin/chronovirt.mjs', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Surroundings {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** Ends the command when its output, or what it tells besides, says so. */
  readonly endWhen?: (out: string, err: string) => boolean;
  readonly onOut?: (out: string) => void;
}

/** What looks like a raw disk by its boot sector; `byte`: all else that it holds. */
export function rawDisk(byte: number, bytes = 100_000): Buffer {
  const disk = Buffer.alloc(bytes, byte);
  disk.writeUInt16LE(0xaa55, 510);
  return disk;
}

export class Terminal {
  readonly cloud: SimulatedCloud;
  readonly directory: string;
  readonly #running = new Set<ChildProcess>();

  private constructor(cloud: SimulatedCloud) {
    this.cloud = cloud;
    this.directory = mkdtempSync(join(tmpdir(), 'chronovirt-cli-'));
    mkdirSync(join(this.directory, '.chronovirt'));
    this.write('.chronovirt/api.json', JSON.stringify({ address: cloud.server.address, tokenFile: cloud.tokenFile }));
    this.write('disk.img', rawDisk(3));
  }

  static async open(options?: ConstructorParameters<typeof SimulatedCloud>[0]): Promise<Terminal> {
    return new Terminal(await new SimulatedCloud(options).start());
  }

  /** Commands that still run, as after a test that took too long, end with it. */
  async close(): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL');
    await this.cloud.stop();
    rmSync(this.directory, { recursive: true });
  }

  write(name: string, content: string | Buffer): void {
    writeFileSync(join(this.directory, name), content);
  }

  /** Runs the command in the directory; words are separated by spaces, or given one by one. */
  run(
    line: string | readonly string[],
    { env = {}, cwd = this.directory, endWhen, onOut }: Surroundings = {},
  ): Promise<Ended> {
    const args = typeof line === 'string' ? line.split(' ').filter((word) => word !== '') : line;
    const child = spawn(process.execPath, [bin, ...args], {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', HOME: this.directory, ...env },
    });
    this.#running.add(child);
    let [out, err] = ['', ''];
    let isEnding = false;
    // Once: a second one would cut off what the command does about the first.
    const mayEnd = (): void => {
      if (isEnding || endWhen?.(out, err) !== true) return;
      isEnding = true;
      child.kill('SIGINT');
    };
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8');
      onOut?.(out);
      mayEnd();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString('utf8');
      mayEnd();
    });
    return new Promise((resolve) => {
      child.on('close', (code) => {
        this.#running.delete(child);
        resolve({ code, out, err });
      });
    });
  }

  /** The last line that it prints with `--json`. */
  async json<T>(line: string): Promise<T> {
    const { out, err, code } = await this.run(`${line} --json`);
    if (out === '') throw new Error(`${line}: ${code} ${err}`);
    return JSON.parse(out.trim().split('\n').at(-1) ?? '') as T;
  }

  /** A small instance of the given name. */
  make(name: string, more = ''): Promise<Ended> {
    return this.run(`create ${name} --image ./disk.img --memory 128MiB ${more}`);
  }
}
