/** The lab that the cells run in, one at a time, in a directory of its own; made anew when a cell left something behind. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@chronovirt/testing/lab';
import { takeOrders } from '../lab/control-socket.ts';
import { LabSystem, orderSocket, type LabSettings } from '../lab/lab-system.ts';
import { runCell, type CellResult } from './cell.ts';
import { AWAY_MS, type Fault } from './faults.ts';
import type { Operation } from './operation.ts';
import type { Point } from './steps.ts';

type Say = (line: string) => void;

export class Bench {
  readonly #say: Say;
  #hasWatchdog = false;
  #system: LabSystem | null = null;
  #directory: string | null = null;

  /** `say`: what the lab tells of its parts. */
  constructor(say: Say) {
    this.#say = say;
  }

  async run(operation: Operation, blow: { fault: Fault; point: Point } | null): Promise<CellResult> {
    return this.within(operation, async (system) => {
      const result = await runCell(system, operation, blow);
      if (result.isDirty) await this.stop();
      return result;
    });
  }

  /** Something that is done in the lab. One in which it threw is ended: nobody knows in which state it is, and what comes next needs another. */
  async within<T>(settings: LabSettings, work: (system: LabSystem) => Promise<T>): Promise<T> {
    try {
      return await work(await this.ready(settings));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.#system?.stop(this.#say);
    this.#system = null;
    if (this.#directory !== null) rmSync(this.#directory, { recursive: true, force: true });
    this.#directory = null;
  }

  /** The lab, with no instance in it, its agents told this, with or without watchdogs. */
  async ready(settings: LabSettings, watchdog = false): Promise<LabSystem> {
    if (this.#hasWatchdog !== watchdog) await this.stop();
    this.#hasWatchdog = watchdog;
    if (this.#system !== null) {
      await this.#system.use(settings);
      return this.#system;
    }
    this.#directory = mkdtempSync(join(tmpdir(), 'cv-mx-'));
    // What the lab starts keeps its state there and nowhere else.
    process.env['CHRONOVIRT_STATE'] = this.#directory;
    // A coordinator that is started again has to be found where it was.
    const apiPort = await freePort();
    const system = await LabSystem.start({ storage: settings.storage, apiPort, watchdog }, this.#say, AWAY_MS);
    this.#system = system;
    const carry = (...order: Parameters<LabSystem['carry']>) => system.carry(...order);
    system.parts.ends('orders', await takeOrders(orderSocket(), carry));
    await system.use(settings);
    return system;
  }
}
