import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readSecretFile } from './secret-file.ts';

describe('a file with a secret', () => {
  const dir = mkdtempSync(join(tmpdir(), 'cv-secret-'));
  const path = join(dir, 'seed');
  afterAll(() => rmSync(dir, { recursive: true }));

  it('is read when its owner alone may', () => {
    writeFileSync(path, 'hidden', { mode: 0o600 });
    expect(readSecretFile(path, 'seed').toString()).toBe('hidden');
  });

  it.each([0o640, 0o604, 0o660, 0o601])(
    'is refused with mode %o, with the command that helps and without its content',
    (mode) => {
      writeFileSync(path, 'hidden');
      chmodSync(path, mode);
      const read = () => readSecretFile(path, 'seed');
      expect(read).toThrow(`chmod 600 ${path}`);
      expect(read).not.toThrow('hidden');
    },
  );

  it('is said to be missing when it is', () => {
    expect(() => readSecretFile(join(dir, 'none'), 'seed')).toThrow(
      expect.objectContaining({ code: 'SECRET_FILE_UNUSABLE' }),
    );
  });
});
