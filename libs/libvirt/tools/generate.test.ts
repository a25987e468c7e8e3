import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generate, generatedDirectory } from './generate.ts';

test.each([...generate().keys()])('src/generated/%s is what the tables give today', (name) => {
  expect(readFileSync(new URL(name, generatedDirectory), 'utf8')).toBe(generate().get(name));
});
