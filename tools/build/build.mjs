#!/usr/bin/env node
/**
 * `npm run build`: what a production host needs, in `dist/`: the agent, the coordinator and the command, each a directory that plain
 * `node` runs without anything installed. `--out DIR` writes elsewhere.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { installNodePackages, nodePackagesReady } from '../setup/node-packages.mjs';
import { checkout } from '../setup/places.mjs';
import { APPS } from './apps.mjs';

/** The sums of all files, and what tells a directory of ours from somebody else's. */
const SUMS = 'SHA256SUMS';

/**
 * Builds everything. A directory is replaced as a whole when all of it is there, so a failed build leaves the last one as it was.
 * @param {{ out?: string, say?: (line: string) => void }} [options]
 * @returns {Promise<string>} the directory
 * @throws {Error} when `out` holds something that is not a build
 */
export async function buildAll({ out = join(checkout, 'dist'), say = (line) => console.log(line) } = {}) {
  if (existsSync(out) && !existsSync(join(out, SUMS)) && readdirSync(out).length > 0)
    throw new Error(`--out ${out}: expected a new or empty directory, or an earlier build, which is replaced`);
  if (!nodePackagesReady()) {
    say('• node packages …');
    await installNodePackages();
  }
  const { bundle } = await import('./bundle.mjs');
  const work = `${out}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  try {
    /** @type {string[]} */
    const sums = [];
    for (const app of APPS) {
      const files = await bundle(checkout, app);
      for (const { path, content, isProgram } of files) {
        const file = join(work, app.name, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content, { mode: isProgram ? 0o755 : 0o644 });
        sums.push(`${createHash('sha256').update(content).digest('hex')}  ${app.name}/${path}`);
      }
      const bytes = files.reduce((sum, { path, content }) => sum + (path.endsWith('.js') ? content.length : 0), 0);
      say(`✓ ${app.name}/${app.program}, ${(bytes / 1024).toFixed(0)} KiB with all it imports`);
    }
    writeFileSync(join(work, SUMS), `${sums.toSorted().join('\n')}\n`);
    rmSync(out, { recursive: true, force: true });
    renameSync(work, out);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return out;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    const { values } = parseArgs({ options: { out: { type: 'string' } } });
    const out = await buildAll(values.out === undefined ? {} : { out: resolve(values.out) });
    console.log(`built in ${out}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
