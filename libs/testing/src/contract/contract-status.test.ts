import { expect, test } from 'vitest';
import type { DriverReport, ReportedCase } from './contract-report.ts';
import { contractStatus } from './contract-status.ts';

const aCase = (method: string, parts: Partial<ReportedCase> = {}): ReportedCase => ({
  method,
  title: `a case of ${method}`,
  file: 'libs/fake-driver/src/contract.test.ts',
  passed: true,
  broken: [{ how: 'does nothing', caught: true }],
  ...parts,
});
const aRun = (...cases: ReportedCase[]): DriverReport => ({ commit: null, date: '', implemented: [], cases });
const driver = { capabilities: {}, pause() {}, spawn() {}, resume() {}, getInfo() {} };

const statusOf = (method: string, runs: Record<string, DriverReport>, of = 'fake') =>
  contractStatus({ fake: driver, libvirt: driver }, { drivers: runs }, {}).find((one) => one.method === method)
    ?.drivers[of];

test('a method is implemented when it is there, its cases passed and each caught its broken drivers', () => {
  expect(statusOf('pause', { fake: aRun(aCase('pause')) })).toMatchObject({
    present: true,
    implemented: true,
    why: null,
  });
});

test('a method that is there and was not proved says why it does not count', () => {
  const runs = {
    fake: aRun(
      aCase('pause', { passed: false }),
      aCase('spawn', { broken: [{ how: 'does nothing', caught: false }] }),
      aCase('resume', { broken: [] }),
    ),
  };
  const toothless = '1 of 1 cases did not catch a broken driver';
  expect(statusOf('pause', runs)).toMatchObject({ implemented: false, why: '1 of 1 cases failed' });
  expect(statusOf('spawn', runs)).toMatchObject({ implemented: false, why: toothless });
  expect(statusOf('resume', runs)).toMatchObject({ implemented: false, why: toothless });
  expect(statusOf('getInfo', runs)).toMatchObject({ implemented: false, why: 'the contract suite has no case for it' });
  expect(statusOf('pause', {})?.why).toBe('not tested yet');
});

test('a method that the driver lacks is not there, whatever a run said', () => {
  expect(statusOf('unpause', { fake: aRun(aCase('unpause')) })).toMatchObject({
    present: false,
    implemented: false,
    why: null,
  });
});

test('a case that caught broken drivers against one driver need not be shown them again for another', () => {
  const runs = { fake: aRun(aCase('pause')), libvirt: aRun(aCase('pause', { broken: [] })) };
  expect(statusOf('pause', runs, 'libvirt')).toMatchObject({ implemented: true });
  expect(statusOf('pause', { ...runs, fake: aRun() }, 'libvirt')).toMatchObject({ implemented: false });
});

test('there is a line for each of the 88 names, and functions carry their own tests', () => {
  const proof = { file: 'a.test.ts', title: 'a swap disk', passed: true };
  const lines = contractStatus({ fake: driver }, { drivers: {} }, { swapIsUsable: [proof] });
  expect(lines).toHaveLength(88);
  expect(lines.find(({ method }) => method === 'swapIsUsable')).toMatchObject({ drivers: {}, tests: [proof] });
});
