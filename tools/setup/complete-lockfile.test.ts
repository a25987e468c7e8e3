import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { missingEntries } from './complete-lockfile.mjs';
import { checkout } from './places.mjs';

it('finds the binaries of other platforms that a lock lacks, and says which platform each is for', () => {
  const optionalDependencies = {
    '@a/binding-linux-arm64-musl': '1.0.0',
    '@a/binding-win32-x64-msvc': '1.0.0',
    '@a/binding-linux-x64-gnu': '1.0.0',
  };
  const packages = {
    'node_modules/a': { version: '1.0.0', dev: true, optionalDependencies },
    'node_modules/@a/binding-linux-x64-gnu': {},
  };
  expect(missingEntries({ packages })).toEqual({
    'node_modules/@a/binding-linux-arm64-musl': {
      version: '1.0.0',
      cpu: ['arm64'],
      libc: ['musl'],
      os: ['linux'],
      dev: true,
      optional: true,
    },
    'node_modules/@a/binding-win32-x64-msvc': {
      version: '1.0.0',
      cpu: ['x64'],
      os: ['win32'],
      dev: true,
      optional: true,
    },
  });
});

it('the lock of this checkout is whole; else run "node tools/setup/complete-lockfile.mjs"', () => {
  expect(Object.keys(missingEntries(JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8'))))).toEqual(
    [],
  );
});
