/**
 * A gate in front of a program that the process under test starts: a wrapper, first in its PATH, tells the test and waits to be let in.
 * So a test can kill the parent before the child has begun, or while it runs.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ReadStream } from 'node:fs';

/** A child at the gate. */
export interface GatedChild {
  readonly pid: number;
  /** Lets it run; a child whose parent was killed meanwhile is gone, and nothing happens. */
  letIn(): void;
}

export class ChildGate {
  /** To be put in front of the PATH of the process under test. */
  readonly directory: string;
  readonly #bell: ReadStream;
  /** Called for each child; the default lets it in at once. */
  onChild: (child: GatedChild) => void = (child) => child.letIn();

  /** A gate for `program` (a path), below `directory`. */
  constructor(directory: string, program: string) {
    this.directory = join(directory, 'bin');
    mkdirSync(this.directory, { recursive: true });
    const bell = join(directory, 'bell');
    execFileSync('mkfifo', [bell]);
    const wrapper = join(this.directory, program.slice(program.lastIndexOf('/') + 1));
    // The shell makes way for the program, so the kernel's order to die with the parent stays with it.
    writeFileSync(
      wrapper,
      `#!/bin/sh\nmkfifo '${directory}'/$$ || exit 1\necho $$ > '${bell}'\nread _ < '${directory}'/$$\nrm -f '${directory}'/$$\nexec '${program}' "$@"\n`,
    );
    chmodSync(wrapper, 0o755);
    // Open for both, so that it never ends while no child rings.
    this.#bell = createReadStream('', { fd: openSync(bell, constants.O_RDWR), encoding: 'utf8' });
    let text = '';
    this.#bell.on('data', (chunk) => {
      const lines = `${text}${chunk}`.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) this.onChild({ pid: Number(line), letIn: () => letIn(join(directory, line), line) });
    });
  }

  close(): void {
    this.#bell.destroy();
  }
}

function letIn(fifo: string, pid: string): void {
  try {
    const fd = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
    writeSync(fd, 'go\n');
    closeSync(fd);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Nobody reads yet: it rang a moment ago and is about to, unless it has died with its parent.
    if (code === 'ENXIO' && existsSync(`/proc/${pid}`)) setTimeout(() => letIn(fifo, pid), 2);
    else if (code !== 'ENOENT' && code !== 'EPIPE' && code !== 'ENXIO') throw error;
  }
}
