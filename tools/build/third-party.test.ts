import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { tempDir } from '../../libs/testing/src/lab/index.ts';
import { packageDirectory, thirdParty } from './third-party.mjs';

it.each([
  ['node_modules/zod/v4/core/api.js', 'node_modules/zod'],
  ['node_modules/@nats-io/obj/lib/mod.js', 'node_modules/@nats-io/obj'],
  ['apps/cli/node_modules/commander/index.js', 'apps/cli/node_modules/commander'],
  ['node_modules/a/node_modules/@b/c/index.js', 'node_modules/a/node_modules/@b/c'],
  ['libs/machines/src/index.ts', undefined],
])('%s belongs to %s', (path, directory) => {
  expect(packageDirectory(path)).toBe(directory);
});

it("carries each package's licence once, and refuses a package that has none", () => {
  const dir = tempDir('licence');
  onTestFinished(dir.remove);
  const add = (name: string, manifest: object, licence?: string) => {
    const directory = join(dir.path, 'node_modules', name);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...manifest }));
    if (licence !== undefined) writeFileSync(join(directory, 'LICENSE.md'), licence);
  };
  add('with-text', { license: 'MIT' }, 'You may do as you like.');
  add('named-only', { license: 'ISC' });
  add('nothing', {});
  const text = thirdParty(dir.path, [
    'node_modules/with-text/a.js',
    'node_modules/with-text/b.js',
    'node_modules/named-only/a.js',
    'apps/agent/src/main.ts',
  ]);
  expect(text.match(/You may do as you like\./g)).toHaveLength(1);
  expect(text).toContain('named-only 1.0.0 (ISC)');
  expect(() => thirdParty(dir.path, ['node_modules/nothing/a.js'])).toThrow(/nothing 1\.0\.0 has no licence/);
});
