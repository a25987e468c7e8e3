/** Registers the cases with vitest: per method of a driver each case, and for each case the broken drivers that it must catch. */
import { methodNames, type ImplementedDriver } from '@chronovirt/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokenDriver, only } from './broken-driver.ts';
import { allCases } from './cases/index.ts';
import { SabotagedError, sentenceOf } from './contract-case.ts';
import type { ContractCase } from './contract-case.ts';
import type { ContractHost } from './contract-host.ts';
import { ContractReport, pairRun } from './contract-report.ts';
import { MoveWorld } from './move-world.ts';
import type { ContractPair, Storage } from './pair.ts';
import { NotInTimeError, World } from './world.ts';
import type { Subject } from './subject.ts';

export interface ContractOptions {
  /** Whether broken drivers are tried too: that every case has teeth. True unless said otherwise. */
  readonly teeth?: boolean;
  /** Milliseconds for one case; a minute unless said otherwise. */
  readonly timeoutMs?: number;
  /** Only these methods: to look at one while working on it. Nothing is reported then. */
  readonly methods?: readonly Subject[];
}

/** What cases run on: one host, or two of a pair. */
export type Hosts = ContractHost | ContractPair;

const isPair = (hosts: Hosts): hosts is ContractPair => 'a' in hosts;

/** The driver that a case is about. */
function driverOf({ pair }: ContractCase, hosts: Hosts): ImplementedDriver {
  return isPair(hosts) ? hosts[pair?.side ?? 'a'].driver : hosts.driver;
}

function worldOf(one: ContractCase, hosts: Hosts, driver: ImplementedDriver): World<Subject> {
  return isPair(hosts)
    ? new MoveWorld(hosts, one.pair?.side ?? 'a', one.method, driver)
    : new World(hosts, one.method, driver);
}

/** Runs one case against a driver; throws unless the driver keeps what is proved. Removes what the case made. */
export async function prove(one: ContractCase, host: Hosts, driver = driverOf(one, host)): Promise<void> {
  const world = worldOf(one, host, only(driver, one.method));
  try {
    await one.prove(world);
  } finally {
    await world.clean();
  }
}

/** The case failed against a broken driver, but not because of what is broken: nothing is proved either way. */
export class NotBecauseOfItError extends Error {
  override readonly name = 'NotBecauseOfItError';
}

/**
 * Runs one case against a driver that breaks what it proves, as `how` says: whether the case notices. It has noticed when, after the
 * broken method was called, it found something else than promised (or the broken driver threw on purpose). A guest that does not
 * boot or a tool that fails is no catch: that throws `NotBecauseOfItError`.
 */
export async function catches(one: ContractCase, how: string, host: Hosts): Promise<boolean> {
  const sabotage = one.broken[how];
  if (sabotage === undefined) throw new Error(`${one.method} ${one.proves}: no driver that ${how}`);
  let touched = false;
  const broken = brokenDriver(
    driverOf(one, host),
    one.method,
    sabotage,
    () => world,
    () => {
      touched = true;
    },
  );
  const world: World<Subject> = worldOf(one, host, only(broken, one.method));
  try {
    await one.prove(world);
    return false;
  } catch (error) {
    if (touched && isFinding(error)) return true;
    const when = touched ? 'after' : 'before';
    throw new NotBecauseOfItError(`the case failed ${when} the broken method was called, for another reason`, {
      cause: error,
    });
  } finally {
    await world.clean();
  }
}

/** Whether an error says that something was found otherwise than promised. */
const isFinding = (error: unknown): boolean =>
  error instanceof SabotagedError ||
  error instanceof NotInTimeError ||
  (error instanceof Error && error.name === 'AssertionError');

/**
 * Holds a driver to its contract: `makeHost` makes one host, on which all cases run one after the other, each with instances of its own.
 * A method that the driver lacks is reported as such. The outcome goes into the contract report.
 */
export function driverContract(
  name: string,
  makeHost: () => Promise<ContractHost>,
  options: ContractOptions = {},
): void {
  const { timeoutMs = 60_000 } = options;
  describe(`driver contract: ${name}`, { timeout: timeoutMs }, () => {
    const report = new ContractReport(name);
    let host: ContractHost;
    beforeAll(async () => {
      host = await makeHost();
      report.implemented(methodNames.filter((method) => host.driver[method] !== undefined));
    }, timeoutMs * 5);
    afterAll(async () => {
      // Part of a run (one method, one test) says nothing of the rest: the report of the last whole run stays.
      const due = allCases.filter(({ method, pair }) => pair === undefined && host.driver[method] !== undefined);
      if (report.has(due)) report.write();
      await host?.close();
    }, timeoutMs);

    register(
      allCases.filter(({ pair }) => pair === undefined),
      () => host,
      report,
      options,
    );
  });
}

/** As `driverContract`, for the cases that need two hosts: `makePair` makes them, with storage that both see or each its own. */
export function pairContract(
  name: string,
  makePair: (storage: Storage) => Promise<ContractPair>,
  options: ContractOptions = {},
): void {
  const { timeoutMs = 60_000 } = options;
  describe(`driver contract: ${name}, two hosts`, { timeout: timeoutMs }, () => {
    const report = new ContractReport(pairRun(name));
    const due = allCases.filter(({ pair }) => pair !== undefined);
    for (const storage of ['shared', 'separate'] as const) {
      describe(`${storage} storage`, () => {
        let pair: ContractPair;
        beforeAll(async () => {
          pair = await makePair(storage);
          report.implemented(methodNames.filter((method) => pair.a.driver[method] !== undefined));
        }, timeoutMs * 5);
        afterAll(() => pair?.close(), timeoutMs);
        register(
          due.filter((one) => one.pair?.storage === storage),
          () => pair,
          report,
          options,
        );
      });
    }
    afterAll(() => {
      if (report.has(due)) report.write();
    });
  });
}

function register(
  all: readonly ContractCase[],
  hosts: () => Hosts,
  report: ContractReport,
  { teeth = true, methods }: ContractOptions,
): void {
  for (const [method, cases] of Map.groupBy(all, (one) => one.method)) {
    if (methods !== undefined && !methods.includes(method)) continue;
    describe(`${method}`, () => {
      for (const one of cases) {
        const title = sentenceOf(one);
        const [short = ''] = title.split(':');
        test(`${title}`, async ({ skip, task }) => {
          if (driverOf(one, hosts())[method] === undefined) skip('this driver does not have the method');
          const entry = report.begin(one, task.file.filepath);
          await expect(prove(one, hosts())).resolves.toBeUndefined();
          entry.passed = true;
        });
        for (const how of teeth ? Object.keys(one.broken) : []) {
          test(`${short}: a driver that ${how} is caught`, async ({ skip }) => {
            if (driverOf(one, hosts())[method] === undefined) skip('this driver does not have the method');
            const tooth = report.tooth(one, how);
            // A case that fails against the healthy driver would fail against any: it catches nothing.
            expect(report.passed(one)).toBe(true);
            tooth.caught = await catches(one, how, hosts());
            expect(tooth.caught).toBe(true);
          });
        }
      }
    });
  }
}
