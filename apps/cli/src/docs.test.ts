import { contractOrders } from './generated/orders.ts';
import { inKebab } from './parse/words.ts';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { allVerbs } from './verbs/index.ts';
import { cliPage } from '../tools/generate-docs.ts';

test('docs/reference/cli.md is the page of today (node apps/cli/tools/generate-docs.ts writes it anew)', async () => {
  expect(readFileSync(new URL('../../../docs/reference/cli.md', import.meta.url), 'utf8')).toBe(await cliPage());
});

test('every example is a line that can be given as it stands: no option that its verb needs is missing', async () => {
  for (const verb of await allVerbs()) {
    for (const [line] of verb.examples) {
      const needed = contractOrders.find(({ command }) => inKebab(command) === verb.name)?.options ?? [];
      for (const { name, isRequired } of needed) if (isRequired) expect(line).toContain(` --${inKebab(name)} `);
    }
    expect(`${verb.summary} ${verb.details ?? ''}`).not.toMatch(/\bspine\b|\bdriver\b/);
  }
});
