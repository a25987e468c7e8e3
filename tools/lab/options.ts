import { parseArgs } from 'node:util';
import { labOrders, type LabOrder } from './orders.ts';

/** Where the instances' files lie: on storage of both hosts, or on each host's own. */
export type Storage = 'shared' | 'own';

/** What holds where a guest is not as recorded: `policy.drift` of both agents. */
export const driftPolicies = ['usual', 'adopt', 'repair', 'ask'] as const;
export type DriftPolicy = (typeof driftPolicies)[number];

export interface LabOptions {
  /** Runs the demonstration to its end, checks that nothing is left, and exits. */
  readonly once: boolean;
  readonly storage: Storage;
  /** Each host has a watchdog beside its agent. */
  readonly watchdog: boolean;
  readonly drift: DriftPolicy;
  readonly apiPort: number;
  /** What shall happen to a lab that runs in another terminal; null = a lab is brought up. */
  readonly order: { readonly name: LabOrder; readonly target: string | null } | null;
  readonly help: boolean;
}

/** Columns, of a terminal that has the usual hundred or more. */
const wide = 100;

/** `  name   text` lines; the words of a text go on below. */
function described(pairs: readonly (readonly [string, string])[]): string {
  const indent = ' '.repeat(23);
  return pairs
    .map(([name, text]) => {
      const lines = [''];
      for (const word of text.split(' ')) {
        const last = lines.at(-1) ?? '';
        if (indent.length + last.length + word.length + 1 >= wide) lines.push(word);
        else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
      }
      return `  ${name.padEnd(indent.length - 2)}${lines.join(`\n${indent}`)}`;
    })
    .join('\n');
}

const options = described([
  [
    '--once',
    'the demonstration to its end: moves, resize, rescue, a host cut off and evacuated; checks that nothing is left; exits',
  ],
  ['--storage own', "each host keeps its instances' files to itself; they move with their disks (default: shared)"],
  ['--watchdog', 'a watchdog in each host: it ends the guests of a host that was cut off, and proves it by that'],
  [
    '--drift POLICY',
    'what holds where somebody changed a guest behind the system: usual, adopt, repair, or ask, which puts it to you',
  ],
  ['--port N', 'port of the API on 127.0.0.1 (default: 8774, any free one with --once)'],
  ['--help', 'this text'],
]);

const orders = described(
  Object.entries(labOrders).map(([name, { takes, text }]) => [takes === null ? name : `${name} ${takes}`, text]),
);

export const usage = `npm run lab -- [options]

Two libvirt hosts on this machine, an agent in each, one coordinator; needs root.

${options}

npm run lab -- ORDER [TARGET]

In another terminal, to the lab that runs:

${orders}

Hosts are called host-a and host-b. Everything lies in a directory under the system's temporary one
and goes with the lab.
`;

/** Reads the options; throws with the field's name for what cannot be used. */
export function readOptions(args: readonly string[]): LabOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      once: { type: 'boolean', default: false },
      storage: { type: 'string', default: 'shared' },
      watchdog: { type: 'boolean', default: false },
      drift: { type: 'string', default: 'usual' },
      port: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { storage } = values;
  if (storage !== 'shared' && storage !== 'own')
    throw new Error(`--storage: expected "shared" or "own", not "${storage}"`);
  const drift = driftPolicies.find((policy) => policy === values.drift);
  if (drift === undefined)
    throw new Error(`--drift: expected one of ${driftPolicies.join(', ')}, not "${values.drift}"`);
  const port = values.port === undefined ? (values.once ? 0 : 8774) : Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port: expected a number from 0 to 65535, not "${values.port}"`);
  const { once, watchdog, help } = values;
  return { once, storage, watchdog: watchdog || once, drift, apiPort: port, order: readOrder(positionals), help };
}

function readOrder(words: readonly string[]): LabOptions['order'] {
  const [name, target = null, ...more] = words;
  if (name === undefined) return null;
  if (!isOrder(name)) throw new Error(`unknown order "${name}": expected one of ${Object.keys(labOrders).join(', ')}`);
  const { takes } = labOrders[name];
  if (more.length > 0 || (takes === null) !== (target === null))
    throw new Error(`${name}: expected ${takes === null ? 'no target' : `one ${takes}`}`);
  return { name, target };
}

const isOrder = (word: string): word is LabOrder => Object.hasOwn(labOrders, word);
