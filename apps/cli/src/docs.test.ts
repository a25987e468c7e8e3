import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cliPage } from '../tools/generate-docs.ts';

test('docs/reference/cli.md is the page of today (node apps/cli/tools/generate-docs.ts writes it anew)', async () => {
  expect(readFileSync(new URL('../../../docs/reference/cli.md', import.meta.url), 'utf8')).toBe(await cliPage());
});
