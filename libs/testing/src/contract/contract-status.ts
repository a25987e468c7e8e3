/** What a driver implements, by the code and by the last run of the suite. Pure. */
import { entryNames, entryOf } from '@chronovirt/contract';
import type { Entry, EntryName } from '@chronovirt/contract';
import { pairRun } from './contract-report.ts';
import type { DriverReport, Report, ReportedCase } from './contract-report.ts';

/** A test that speaks for a name. */
export interface Proof {
  readonly file: string;
  readonly title: string;
  readonly passed: boolean;
}

/** How one driver stands to one name. */
export interface DriverStatus {
  /** The driver object has the method. */
  readonly present: boolean;
  /** All cases under the name passed against it, and each of them caught every broken driver it was shown. */
  readonly implemented: boolean;
  /** Why it does not count as implemented although it is there; null otherwise. */
  readonly why: string | null;
  readonly tests: readonly (Proof & { readonly brokenDriversCaught: number; readonly brokenDrivers: number })[];
}

/** One line of the table: a name of the contract, and every driver's standing by the driver's name. */
export interface NameStatus extends Pick<Entry, 'name' | 'form' | 'group' | 'kind'> {
  readonly method: EntryName;
  readonly drivers: Readonly<Record<string, DriverStatus>>;
  /** For a function of the contract: the tests of its own. */
  readonly tests: readonly Proof[];
}

/** Broken drivers that were shown to a case: in this run, else in that of another driver, since it is the same case. */
function teethOf(one: ReportedCase, report: Report): ReportedCase['broken'] {
  if (one.broken.length > 0) return one.broken;
  const same = Object.values(report.drivers)
    .flatMap(({ cases }) => cases)
    .find(({ method, title, broken }) => method === one.method && title === one.title && broken.length > 0);
  return same?.broken ?? [];
}

function driverStatus(name: EntryName, driver: object, run: DriverReport | undefined, report: Report): DriverStatus {
  const present = (driver as Readonly<Record<string, unknown>>)[name] !== undefined;
  const tests = (run?.cases ?? [])
    .filter(({ method }) => method === name)
    .map((one) => {
      const teeth = teethOf(one, report);
      const caught = teeth.filter((tooth) => tooth.caught).length;
      return {
        file: one.file,
        title: one.title,
        passed: one.passed,
        brokenDriversCaught: caught,
        brokenDrivers: teeth.length,
      };
    });
  const why = present ? whyNot(tests, run) : null;
  return { present, implemented: present && why === null, why, tests };
}

function whyNot(tests: DriverStatus['tests'], run: DriverReport | undefined): string | null {
  if (run === undefined) return 'not tested yet';
  if (tests.length === 0) return 'the contract suite has no case for it';
  const failed = tests.filter(({ passed }) => !passed).length;
  if (failed > 0) return `${failed} of ${tests.length} cases failed`;
  const toothless = tests.filter(
    (one) => one.brokenDrivers === 0 || one.brokenDriversCaught < one.brokenDrivers,
  ).length;
  return toothless > 0 ? `${toothless} of ${tests.length} cases did not catch a broken driver` : null;
}

/** A driver's last runs on one host and on two, as one. */
function wholeRun({ drivers }: Report, driver: string): DriverReport | undefined {
  const [one, two] = [drivers[driver], drivers[pairRun(driver)]];
  if (one === undefined || two === undefined) return one ?? two;
  return { ...one, cases: [...one.cases, ...two.cases] };
}

/** How every name of the contract stands: `drivers` are the driver objects by name, `functionTests` the tests by function. */
export function contractStatus(
  drivers: Readonly<Record<string, object>>,
  report: Report,
  functionTests: Readonly<Record<string, readonly Proof[]>>,
): NameStatus[] {
  return entryNames.map((method) => {
    const { name, form, group, kind } = entryOf(method);
    const standing = Object.entries(drivers).map(
      ([driver, object]) => [driver, driverStatus(method, object, wholeRun(report, driver), report)] as const,
    );
    return {
      name,
      method,
      form,
      group,
      kind,
      drivers: form === 'function' ? {} : Object.fromEntries(standing),
      tests: form === 'function' ? (functionTests[method] ?? []) : [],
    };
  });
}
