/**
 * What is run under measurement: the programs as `npm run build` makes them, since that is what a production host runs. From its
 * sources a process starts later and is larger: Node strips the types of every file then.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tempDir } from '@chronovirt/testing/lab';
import { APPS } from '../../build/apps.mjs';
import { bundle } from '../../build/bundle.mjs';
import { checkout } from '../../setup/places.mjs';

export type ProgramName = 'agent' | 'coordinator' | 'agent-with-guests' | 'restart-floor';

/** Programs of the measurement itself whose start is part of what is measured. */
const ownPrograms = [
  { program: 'agent-with-guests.js', file: 'stack/agent-with-guests.ts' },
  { program: 'restart-floor.js', file: 'rows/restart-floor.ts' },
].map(({ program, file }) => ({
  name: 'agent',
  program,
  command: program,
  entry: `import './tools/bench/${file}';`,
  description: 'A program of the measurement',
}));

let building: Promise<string> | null = null;

/** How production's systemd unit of a program has Node run: its flags and its environment. Compiled code is kept in a place of ours. */
export function howRun(name: 'agent' | 'coordinator'): { flags: string[]; environment: Record<string, string> } {
  const unit = readFileSync(join(checkout, 'deploy/systemd', `chronovirt-${name}.service`), 'utf8');
  const flags = /^ExecStart=\S*node\s((?:--\S+\s+)*)\//m.exec(unit)?.[1];
  if (flags === undefined) throw new Error(`deploy/systemd/chronovirt-${name}.service starts no node`);
  const environment = Object.fromEntries(
    [...unit.matchAll(/^Environment=(\w+)=(\S+)$/gm)].map(([, variable = '', value = '']) => [
      variable,
      variable === 'NODE_COMPILE_CACHE' ? codeDirectory() : value,
    ]),
  );
  return { flags: flags.split(/\s+/).filter(Boolean), environment };
}

/** The file to run; all are built at the first call and removed at the end of the process. */
export async function built(name: ProgramName): Promise<string> {
  building ??= build();
  return join(await building, name, `${name}.js`);
}

let code: string | null = null;
function codeDirectory(): string {
  code ??= ownDirectory('code');
  return code;
}

function ownDirectory(name: string): string {
  const directory = tempDir(name);
  process.once('exit', directory.remove);
  return directory.path;
}

async function build(): Promise<string> {
  const directory = ownDirectory('programs');
  for (const app of [...APPS.filter(({ name }) => name !== 'cli'), ...ownPrograms]) {
    for (const { path, content } of await bundle(checkout, app)) {
      const file = join(directory, app.program.replace(/\.js$/, ''), path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }
  return directory;
}
