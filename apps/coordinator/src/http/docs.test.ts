import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { apiPage } from '../../tools/generate-api-docs.ts';

test('docs/reference/api.md is the page of today (node apps/coordinator/tools/generate-api-docs.ts writes it anew)', () => {
  expect(readFileSync(new URL('../../../../docs/reference/api.md', import.meta.url), 'utf8')).toBe(apiPage());
});
