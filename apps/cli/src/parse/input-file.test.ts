import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readInput, readPassword } from './input-file.ts';
import { readPublicKeys } from './public-key.ts';

const directory = mkdtempSync(join(tmpdir(), 'chronovirt-input-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('a file that cannot be read is told in words, with the option that named it', () => {
  expect(() => readInput('/nowhere/at/all', '--user-data')).toThrow('--user-data: there is no file /nowhere/at/all');
  expect(() => readInput(directory, '--file')).toThrow(`--file: ${directory} is a directory`);
  expect(() => readPublicKeys('/nowhere')).toThrow('--ssh-key: there is no file /nowhere');
});

test('a password is a line of a file, and one that is empty is none', () => {
  const file = join(directory, 'password');
  writeFileSync(file, 'correct horse\n');
  expect(readPassword(file, '--admin-password-file')).toBe('correct horse');
  writeFileSync(file, '\n');
  expect(() => readPassword(file, '--admin-password-file')).toThrow(
    /^--admin-password-file: expected a line .* is empty$/,
  );
});
