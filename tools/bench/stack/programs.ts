/**
 * What is run under measurement: the programs as `npm run build` makes them, since that is what a production host runs. From its
 * sources a process starts later and is larger: Node strips the types of every file then.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
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

/** The file to run; all are built at the first call and removed at the end of the process. */
export async function built(name: ProgramName): Promise<string> {
  building ??= build();
  return join(await building, name, `${name}.js`);
}

/** The file to run without a build. */
export function source(name: 'agent' | 'coordinator'): string {
  return join(checkout, 'apps', name, 'src/main.ts');
}

async function build(): Promise<string> {
  const directory = tempDir('programs');
  process.once('exit', directory.remove);
  for (const app of [...APPS.filter(({ name }) => name !== 'cli'), ...ownPrograms]) {
    for (const { path, content } of await bundle(checkout, app)) {
      const file = join(directory.path, app.program.replace(/\.js$/, ''), path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }
  return directory.path;
}
