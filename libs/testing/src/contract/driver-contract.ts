/** Registers the cases with vitest: per method of a driver each case, and for each case the broken drivers that it must catch. */
import { methodNames } from '@chronovirt/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { brokenDriver, only } from './broken-driver.ts';
import { allCases } from './cases/index.ts';
import { sentenceOf } from './contract-case.ts';
import type { ContractCase, Subject } from './contract-case.ts';
import type { ContractHost } from './contract-host.ts';
import { ContractReport } from './contract-report.ts';
import { World } from './world.ts';

export interface ContractOptions {
  /** Whether broken drivers are tried too: that every case has teeth. True unless said otherwise. */
  readonly teeth?: boolean;
  /** Milliseconds for one case; a minute unless said otherwise. */
  readonly timeoutMs?: number;
  /** Only these methods: to look at one while working on it. The report then speaks of these alone. */
  readonly methods?: readonly Subject[];
}

/** Runs one case against a driver; throws unless the driver keeps what is proved. Removes what the case made. */
export async function prove(one: ContractCase, host: ContractHost, driver = host.driver): Promise<void> {
  const world = new World(host, one.method, only(driver, one.method));
  try {
    await one.prove(world);
  } finally {
    await world.clean();
  }
}

/** Runs one case against a driver that breaks what it proves, as `how` says: whether the case notices. */
export async function catches(one: ContractCase, how: string, host: ContractHost): Promise<boolean> {
  const sabotage = one.broken[how];
  if (sabotage === undefined) throw new Error(`${one.method} ${one.proves}: no driver that ${how}`);
  const broken = brokenDriver(host.driver, one.method, sabotage, () => world);
  const world: World<Subject> = new World(host, one.method, only(broken, one.method));
  try {
    return await one.prove(world).then(
      () => false,
      () => true,
    );
  } finally {
    await world.clean();
  }
}

/**
 * Holds a driver to its contract: `makeHost` makes one host, on which all cases run one after the other, each with instances of its own.
 * A method that the driver lacks is reported as such. The outcome goes into the contract report.
 */
export function driverContract(
  name: string,
  makeHost: () => Promise<ContractHost>,
  options: ContractOptions = {},
): void {
  const { teeth = true, timeoutMs = 60_000, methods } = options;
  describe(`driver contract: ${name}`, { timeout: timeoutMs }, () => {
    const report = new ContractReport(name);
    let host: ContractHost;
    beforeAll(async () => {
      host = await makeHost();
      report.implemented(methodNames.filter((method) => host.driver[method] !== undefined));
    }, timeoutMs * 5);
    afterAll(async () => {
      report.write();
      await host?.close();
    }, timeoutMs);

    for (const [method, cases] of Map.groupBy(allCases, (one) => one.method)) {
      if (methods !== undefined && !methods.includes(method)) continue;
      describe(`${method}`, () => {
        for (const one of cases) {
          const title = sentenceOf(one);
          const [short = ''] = title.split(':');
          test(`${title}`, async ({ skip, task }) => {
            if (host.driver[method] === undefined) skip('this driver does not have the method');
            const entry = report.begin(one, task.file.filepath);
            await expect(prove(one, host)).resolves.toBeUndefined();
            entry.passed = true;
          });
          for (const how of teeth ? Object.keys(one.broken) : []) {
            test(`${short}: a driver that ${how} is caught`, async ({ skip }) => {
              if (host.driver[method] === undefined) skip('this driver does not have the method');
              const tooth = report.tooth(one, how);
              tooth.caught = await catches(one, how, host);
              expect(tooth.caught).toBe(true);
            });
          }
        }
      });
    }
  });
}
