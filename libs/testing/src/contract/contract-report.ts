/** What the last run of the suite found, per driver: read by `npm run contract`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sentenceOf } from './contract-case.ts';
import type { ContractCase } from './contract-case.ts';

/** One case in a run: whether it passed, and which broken drivers it caught. */
export interface ReportedCase {
  readonly method: string;
  readonly title: string;
  /** Test file, from the root of the repository. */
  readonly file: string;
  passed: boolean;
  readonly broken: { readonly how: string; caught: boolean }[];
}

/** The last run against one driver. */
export interface DriverReport {
  /** Commit that was checked out, with `+` when the tree differed from it; null outside of a repository. */
  readonly commit: string | null;
  /** ISO 8601. */
  readonly date: string;
  /** Methods that the driver object had. */
  readonly implemented: readonly string[];
  readonly cases: readonly ReportedCase[];
}

/** The whole report. */
export interface Report {
  readonly drivers: Readonly<Record<string, DriverReport>>;
}

const root = resolve(fileURLToPath(import.meta.url), '../../../../..');

/** Where the reports lie, one file a run: runs go on side by side, and none writes what is another's. */
export const reportDirectory = (): string =>
  process.env['CHRONOVIRT_CONTRACT_REPORT'] ?? resolve(root, '.chronovirt/contract-report');

/** The report of the last runs; empty when there was none. */
export function readReport(directory = reportDirectory()): Report {
  const drivers: Record<string, DriverReport> = {};
  for (const file of filesIn(directory)) {
    const path = join(directory, file);
    try {
      drivers[file.slice(0, -ENDING.length)] = JSON.parse(readFileSync(path, 'utf8')) as DriverReport;
    } catch (error) {
      throw new Error(`${path} is no contract report: remove it and run the tests again`, { cause: error });
    }
  }
  return { drivers };
}

const ENDING = '.json';

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => name.endsWith(ENDING));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const git = (...args: string[]) =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

function commit(): string | null {
  try {
    return git('rev-parse', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+');
  } catch {
    return null;
  }
}

/** Under which name the run of a driver's cases for two hosts is reported. */
export const pairRun = (driver: string): string => `${driver}, two hosts`;

/** Collects one run of the suite against one driver. */
export class ContractReport {
  readonly #driver: string;
  readonly #cases = new Map<ContractCase, ReportedCase>();
  #implemented: readonly string[] = [];

  constructor(driver: string) {
    this.#driver = driver;
  }

  implemented(methods: readonly string[]): void {
    this.#implemented = methods;
  }

  /** A case begins; it counts as failed until somebody says otherwise. */
  begin(one: ContractCase, file: string): ReportedCase {
    const entry = { method: one.method, title: sentenceOf(one), file: relative(root, file), passed: false, broken: [] };
    this.#cases.set(one, entry);
    return entry;
  }

  /** Whether a case has passed in this run. */
  passed(one: ContractCase): boolean {
    return this.#cases.get(one)?.passed === true;
  }

  /** A broken driver is tried on a case. */
  tooth(one: ContractCase, how: string): { caught: boolean } {
    const tooth = { how, caught: false };
    (this.#cases.get(one) ?? this.begin(one, '')).broken.push(tooth);
    return tooth;
  }

  /** Whether all of these cases were begun. */
  has(cases: readonly ContractCase[]): boolean {
    return cases.every((one) => this.#cases.has(one));
  }

  /** Puts this run in the place of the driver's last one. The file is whole at all times. */
  write(directory = reportDirectory()): void {
    const run: DriverReport = {
      commit: commit(),
      date: new Date().toISOString(),
      implemented: this.#implemented,
      cases: [...this.#cases.values()],
    };
    mkdirSync(directory, { recursive: true });
    const path = join(directory, `${this.#driver}${ENDING}`);
    const whole = `${path}.${process.pid}`;
    writeFileSync(whole, `${JSON.stringify(run, null, 1)}\n`);
    renameSync(whole, path);
  }
}
