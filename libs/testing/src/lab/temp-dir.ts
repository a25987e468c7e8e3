import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory for one test, removed by `remove()` or at the end of an `await using`. The path is short: unix sockets fit below it. */
export function tempDir(name = 'lab'): { path: string; remove(): void; [Symbol.asyncDispose](): Promise<void> } {
  const path = mkdtempSync(join(tmpdir(), `cv-${name}-`));
  const remove = () => rmSync(path, { recursive: true, force: true });
  return { path, remove, [Symbol.asyncDispose]: async () => remove() };
}
