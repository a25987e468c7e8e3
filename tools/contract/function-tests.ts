/** The contract's module functions are proved by unit tests: they are run now (they take a second), and what they said is the answer. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { entryNames, entryOf } from '@chronovirt/contract';
import type { TestProof } from '@chronovirt/testing/contract';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Runs the tests of the functions. A red test is an answer, too; only a run that says nothing is an error. */
async function run(): Promise<VitestReport> {
  const directory = mkdtempSync(join(tmpdir(), 'chronovirt-contract-'));
  const output = join(directory, 'functions.json');
  const args = [
    'run',
    '--project',
    'contract',
    'src/registry/functions',
    '--reporter=json',
    `--outputFile.json=${output}`,
  ];
  try {
    const failure = await promisify(execFile)(resolve(root, 'node_modules/.bin/vitest'), args, { cwd: root }).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!existsSync(output)) throw new Error('the tests of the functions could not be run', { cause: failure });
    return JSON.parse(readFileSync(output, 'utf8')) as VitestReport;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** By function: the tests whose file imports it. */
export async function functionTests(): Promise<Record<string, TestProof[]>> {
  const { testResults } = await run();
  const functions = entryNames.filter((name) => entryOf(name).form === 'function');
  return Object.fromEntries(
    functions.map((name) => {
      const files = testResults.filter(({ name: file }) =>
        new RegExp(`\\b${name}\\b`).test(readFileSync(file, 'utf8')),
      );
      const proofs = files.flatMap(({ name: file, assertionResults }) =>
        assertionResults.map(({ fullName, status }) => ({
          file: relative(root, file),
          title: fullName,
          passed: status === 'passed',
        })),
      );
      return [name, proofs];
    }),
  );
}
