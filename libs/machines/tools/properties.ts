/** Which test keeps which property of the design; the tests bear the number in their name. Run by itself it prints the list. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Kept {
  readonly property: number;
  readonly file: string;
  readonly test: string;
}

export function properties(): Kept[] {
  const source = new URL('../src/', import.meta.url);
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test.ts'));
  const found = files.flatMap((file) =>
    [...readFileSync(new URL(file, source), 'utf8').matchAll(/(?:test|describe)\('property (\d+): ([^']+)'/g)].map(
      ([, number, test]) => ({
        property: Number(number),
        file: `libs/machines/src/${file}`,
        test: test ?? '',
      }),
    ),
  );
  return found.toSorted((a, b) => a.property - b.property || a.file.localeCompare(b.file));
}

if (import.meta.main)
  for (const { property, file, test } of properties()) console.log(`${String(property).padStart(2)}  ${file}: ${test}`);
