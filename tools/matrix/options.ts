import { parseArgs } from 'node:util';

export interface MatrixOptions {
  /** Part of the operations' names. */
  readonly only: string;
  /** Part of the faults' names. */
  readonly fault: string;
  readonly list: boolean;
  /** Only cells that have not been run, or broke the rule. */
  readonly missing: boolean;
  /** No cell is begun later than that. */
  readonly minutes: number;
  readonly help: boolean;
}

export const usage = `npm run test:matrix -- [options]    kills parts of two real hosts in the middle of operations; needs root

  --only TEXT       operations whose name has this in it, like live
  --fault TEXT      faults whose name has this in it, like "kill source agent"
  --missing         only cells that were not run yet, or broke the rule
  --minutes N       begin no cell after that time
  --list            say which cells there are, and what they came to last
  --help            this text

CHRONOVIRT_SEED=N chooses the steps; another is taken each day. Writes docs/reference/fault-matrix.md and .json.
`;

/** Reads the options; throws with the field's name for what cannot be used. */
export function readOptions(args: readonly string[]): MatrixOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      fault: { type: 'string', default: '' },
      list: { type: 'boolean', default: false },
      missing: { type: 'boolean', default: false },
      minutes: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const minutes = values.minutes === undefined ? Number.POSITIVE_INFINITY : Number(values.minutes);
  if (!(minutes > 0)) throw new Error(`--minutes: expected a number above 0, not "${values.minutes}"`);
  const { only, fault, list, missing, help } = values;
  return { only, fault, list, missing, minutes, help };
}
