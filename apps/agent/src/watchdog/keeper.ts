/**
 * The watchdog beside the agent: it ends all guests of this host when the agent has not confirmed the host's term for longer than the
 * bound, and goes on ending whatever is started until one is confirmed. It hears nothing of the journal; that is what makes it a proof:
 * once the end of the term is stored, no agent can confirm it, and after the bound no guest is left.
 *
 * Once armed it stays armed, over its own restarts too, until a person takes it off.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { lockProcess, type Log, type ProcessLock } from '@chronovirt/runtime';
import { bootId } from '../boot-id.ts';
import type { WatchdogConfig } from './config.ts';
import { killAll } from './control-group.ts';
import { kernelMs, Lines, toKeeper, type FromKeeper, type ToKeeper } from './protocol.ts';

interface Remembered {
  readonly bootId: string;
  readonly armed: boolean;
  /** Last confirmation, by the kernel's monotonic clock in milliseconds. */
  readonly confirmed: number;
}

export class Keeper {
  readonly #config: WatchdogConfig;
  readonly #log: Log;
  readonly #stateFile: string;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #lock: ProcessLock | null = null;
  #timer: NodeJS.Timeout | undefined;
  #armed = false;
  #confirmed = 0;
  #isEnding = false;
  #child: ChildProcess | null = null;

  constructor(config: WatchdogConfig, log: Log) {
    this.#config = config;
    this.#log = log;
    this.#stateFile = config.stateFile ?? `${config.socket}.state`;
  }

  async start(): Promise<void> {
    const { socket, host, checkMs } = this.#config;
    this.#lock = await lockProcess(`watchdog/${socket}`, `another watchdog listens on ${socket}; end it first`);
    this.#recall();
    rmSync(socket, { force: true });
    const server = createServer((peer) => this.#serve(peer));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(socket, resolve);
    });
    chmodSync(socket, 0o600);
    this.#server = server;
    this.#timer = setInterval(() => this.#check(), checkMs);
    this.#log.info({ host, armed: this.#armed }, 'the watchdog watches');
  }

  /** Ends without ending guests, and without forgetting that it is armed. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => (this.#server === null ? resolve() : this.#server.close(() => resolve())));
    this.#child?.kill('SIGKILL');
    await this.#lock?.release();
  }

  #serve(socket: Socket): void {
    const lines = new Lines();
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      try {
        for (const line of lines.take(chunk)) {
          const answer = this.#hear(toKeeper.parse(JSON.parse(line)));
          if (answer !== null) socket.write(`${JSON.stringify(answer)}\n`);
        }
      } catch (error) {
        this.#log.warn({ error: String(error) }, 'what was said to the watchdog cannot be read');
        socket.destroy();
      }
    });
  }

  #hear(said: ToKeeper): FromKeeper | null {
    if ('arm' in said) return this.#arm(said.arm.host);
    if ('disarm' in said) {
      this.#armed = false;
      this.#remember();
      this.#log.warn({}, 'the watchdog was taken off');
      return { disarmed: true };
    }
    // A time that has not come yet would hold the bound off.
    if (said.confirmed > kernelMs() + 1 || said.confirmed <= this.#confirmed) return null;
    this.#confirmed = said.confirmed;
    this.#remember();
    return null;
  }

  /** Arming confirms nothing: an agent that is kept from the journal may arm it and must not win time by that. The first one begins the bound. */
  #arm(host: string): FromKeeper {
    if (host !== this.#config.host)
      return { refused: `this watchdog is of host ${this.#config.host}, the agent of host ${host}` };
    if (!this.#armed) {
      this.#armed = true;
      this.#confirmed = kernelMs();
      this.#remember();
      this.#log.info({ boundMs: this.#config.boundMs }, 'the watchdog is armed');
    }
    return { armed: { boundMs: this.#config.boundMs } };
  }

  #check(): void {
    const silentMs = kernelMs() - this.#confirmed;
    if (!this.#armed || silentMs <= this.#config.boundMs) {
      if (this.#isEnding) this.#log.warn({}, 'the term of this host was confirmed again');
      this.#isEnding = false;
      return;
    }
    if (!this.#isEnding)
      this.#log.error(
        { silentMs: Math.round(silentMs) },
        'the term of this host was not confirmed: its guests are ended',
      );
    this.#isEnding = true;
    const { cgroup, command } = this.#config.kill;
    if (cgroup !== undefined) this.#endGroup(cgroup);
    if (command !== undefined) this.#run(command);
  }

  #endGroup(cgroup: string): void {
    try {
      const ended = killAll(cgroup);
      if (ended > 0) this.#log.error({ processes: ended }, 'guests were ended');
    } catch (error) {
      this.#log.error({ error: String(error) }, 'the guests could not be ended; trying again');
    }
  }

  #run([program = '', ...args]: readonly string[]): void {
    if (this.#child !== null) return;
    const child = spawn(program, args, { stdio: 'ignore' });
    this.#child = child;
    const over = (why: object): void => {
      this.#child = null;
      this.#log.error(why, 'the command of the watchdog has ended');
    };
    child.once('error', (error) => over({ error: String(error) }));
    child.once('exit', (code, signal) => over({ code, signal }));
  }

  #recall(): void {
    try {
      const known = JSON.parse(readFileSync(this.#stateFile, 'utf8')) as Remembered;
      if (known.bootId !== bootId()) return;
      this.#armed = known.armed;
      this.#confirmed = known.confirmed;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      // It was armed, as far as anybody knows; from now on, since nothing tells since when.
      this.#log.error({ error: String(error) }, 'what the watchdog remembered cannot be read: it counts as armed');
      this.#armed = true;
      this.#confirmed = kernelMs();
    }
  }

  #remember(): void {
    const state: Remembered = { bootId: bootId(), armed: this.#armed, confirmed: this.#confirmed };
    const work = `${this.#stateFile}.new`;
    writeFileSync(work, JSON.stringify(state), { mode: 0o600 });
    renameSync(work, this.#stateFile);
  }
}
