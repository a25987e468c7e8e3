import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('a process that uses this library does not load a second HTTP client', () => {
  const index = new URL('index.ts', import.meta.url).href;
  const script = `await import(${JSON.stringify(index)}); console.log(process.moduleLoadList.join('\\n'))`;
  const loaded = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(loaded).toMatch(/NativeModule http$/m);
  expect(loaded).not.toMatch(/undici/);
});
