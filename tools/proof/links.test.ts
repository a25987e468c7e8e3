/** Links of the pages to files of the repository: each leads somewhere. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { checkout } from '../setup/places.mjs';

const pages = ['README.md', 'docs', 'deploy'].flatMap((place) =>
  place.endsWith('.md')
    ? [place]
    : readdirSync(join(checkout, place), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.md'))
        .map((name) => join(place, name)),
);

test('there are pages to look at', () => {
  expect(pages.length).toBeGreaterThan(20);
});

test.each(pages)('every link of %s to a file leads to one', (page) => {
  const text = readFileSync(join(checkout, page), 'utf8');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target.replace(/#.*$/, ''));
  const broken = targets.filter(
    (target) =>
      target !== '' &&
      !/^[a-z]+:/.test(target) &&
      !existsSync(join(checkout, dirname(page), decodeURIComponent(target))),
  );
  expect(broken).toEqual([]);
});
