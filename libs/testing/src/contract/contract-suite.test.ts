import { entryNames, entryOf } from '@chronovirt/contract';
import type { ImplementedDriver } from '@chronovirt/contract';
import { expect, test } from 'vitest';
import { brokenDriver, only } from './broken-driver.ts';
import { allCases, unproven } from './cases/index.ts';
import { contractCase, doesNothing, sentenceOf } from './contract-case.ts';
import type { ContractCase } from './contract-case.ts';
import type { ContractHost } from './contract-host.ts';
import { catches, prove } from './driver-contract.ts';

const methods = [...new Set(allCases.map(({ method }) => method))];
const groups = new Set(['lifecycle', 'power', 'events', 'inventory']);

test('every promise of a method with cases has a case, or a reason why not', () => {
  const promised = methods.flatMap((method) =>
    Object.keys(entryOf(method).promises).map((name) => `${method}.${name}`),
  );
  const proved = new Set(allCases.map(({ method, proves }) => `${method}.${proves}`));
  expect(promised.filter((promise) => !proved.has(promise) && unproven[promise] === undefined)).toEqual([]);
  expect(Object.keys(unproven).filter((promise) => proved.has(promise) || !promised.includes(promise))).toEqual([]);
});

test('every method of the groups lifecycle, power, events and inventory, and the console output, has cases', () => {
  const covered = new Set<string>(methods);
  const due = entryNames.filter((name) => groups.has(entryOf(name).group) || name === 'getConsoleOutput');
  expect(due.filter((name) => !covered.has(name))).toEqual([]);
});

test('every case has a broken driver that it must catch, and says what it proves in the words of the registry', () => {
  expect(allCases.filter(({ broken }) => Object.keys(broken).length === 0)).toEqual([]);
  const titles = allCases.map((one) => `${one.method} ${sentenceOf(one)}`);
  expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
});

/** A driver that needs its own self, as real ones do. */
class SmallDriver implements ImplementedDriver {
  readonly capabilities = { hasImagecache: false, supportsRecreate: true };
  readonly #names = ['real'];
  async listInstances() {
    return this.#names;
  }
  async getNumInstances() {
    return this.#names.length;
  }
}
const driver: ImplementedDriver = new SmallDriver();

const query = { signal: new AbortController().signal, deadlineMs: 1 };

test('a broken driver is like the real one in everything but the one method', async () => {
  const broken = brokenDriver(driver, 'getNumInstances', doesNothing, () => undefined as never);
  expect(await broken.getNumInstances?.({}, query)).toBeUndefined();
  expect(await broken.listInstances?.({}, query)).toEqual(['real']);
  expect(broken.capabilities).toEqual(driver.capabilities);
  const other = brokenDriver(
    driver,
    'capabilities',
    (real) => ({ ...real, hasImagecache: true }),
    () => undefined as never,
  );
  expect(other.capabilities).toEqual({ hasImagecache: true, supportsRecreate: true });
});

test('a case can touch only its own method of the driver under test: so a broken driver fails the cases of that method alone', async () => {
  const narrow = only(driver, 'listInstances');
  expect(await narrow.listInstances?.({}, query)).toEqual(['real']);
  expect(() => narrow.getNumInstances).toThrow('a case about listInstances touched getNumInstances');
});

/** A case about `listInstances` on a host that has nothing but the small driver. */
const host = { driver } as unknown as ContractHost;
const caseOf = (proof: ContractCase<'listInstances'>['prove']) =>
  contractCase('listInstances', 'all', { prove: proof, broken: { 'names none': () => async () => [] } });

test('a case that finds something else than promised has caught the broken driver', async () => {
  const finds = caseOf(async (world) => expect(await world.call({})).toEqual(['real']));
  await expect(prove(finds, host)).resolves.toBeUndefined();
  expect(await catches(finds, 'names none', host)).toBe(true);
  expect(
    await catches(
      caseOf(async (world) => void (await world.call({}))),
      'names none',
      host,
    ),
  ).toBe(false);
});

test('a case that fails before it calls the broken method has caught nothing', async () => {
  const arranging = caseOf(async () => expect('a guest that boots').toBe('there'));
  await expect(catches(arranging, 'names none', host)).rejects.toThrow('failed before the broken method was called');
});

test('a case that fails because a tool failed has caught nothing', async () => {
  const stumbling = caseOf(async (world) => {
    await world.call({});
    throw new Error('a sign of life: not within 120000 ms');
  });
  await expect(catches(stumbling, 'names none', host)).rejects.toThrow('for another reason');
});
