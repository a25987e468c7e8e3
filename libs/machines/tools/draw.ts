/** Writes the pages and pictures of docs/reference that the charts make: `node libs/machines/tools/draw.ts`. */
import { writeFileSync } from 'node:fs';
import { pages } from './pages.ts';

for (const { path, content } of pages()) {
  writeFileSync(path, content);
  console.log(`wrote ${path}`);
}
