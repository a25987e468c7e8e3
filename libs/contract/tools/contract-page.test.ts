import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { contractPage } from './contract-page.ts';

const page = contractPage();

test('the page in the repository is what the registry says (else: node libs/contract/tools/generate-docs.ts)', () => {
  const stored = readFileSync(new URL('../../../docs/reference/driver-contract.md', import.meta.url), 'utf8');
  expect(stored === page, 'docs/reference/driver-contract.md is out of date').toBe(true);
});

test('every link on the page leads to a heading or an anchor of it', () => {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9 _-]/g, '')
      .replaceAll(' ', '-'),
  );
  const anchors = [...page.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id);
  const known = new Set([...headings, ...anchors]);
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, target = '']) => target);
  expect(links.filter((target) => !known.has(target))).toEqual([]);
  expect(links.length).toBeGreaterThan(88);
});

test('a heading stands once, so that its anchor is its own', () => {
  const titles = [...page.matchAll(/^###? (.+)$/gm)].map(([, title = '']) => title.toLowerCase());
  expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
});
