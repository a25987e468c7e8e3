/**
 * What the cells came to, kept beside the page that is made of it: a run that is cut short, or tries a few cells alone, keeps what the
 * others found before.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../setup/places.mjs';
import type { Row } from './cell.ts';
import type { Step } from './steps.ts';

export interface DatedRow extends Row {
  /** Year, month, day. */
  readonly date: string;
  readonly seed: number;
}

export interface Outcome {
  /** Versions of what was real. */
  readonly parts: readonly string[];
  /** By operation: what its clean run stored. */
  readonly steps: Readonly<Record<string, readonly Step[]>>;
  readonly rows: readonly DatedRow[];
}

const file = join(checkout, 'docs/reference/fault-matrix.json');

export function readOutcome(): Outcome {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Outcome) : { parts: [], steps: {}, rows: [] };
}

export function writeOutcome(outcome: Outcome): void {
  writeFileSync(file, `${JSON.stringify(outcome, null, 2)}\n`);
}

/** With a row in place of what its cell came to before. */
export function withRow(outcome: Outcome, row: DatedRow): Outcome {
  const others = outcome.rows.filter((each) => each.operation !== row.operation || each.fault !== row.fault);
  return { ...outcome, rows: [...others, row] };
}
