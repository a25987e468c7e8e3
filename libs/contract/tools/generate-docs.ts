/** Writes docs/reference/driver-contract.md. */
import { writeFileSync } from 'node:fs';
import { contractPage } from './contract-page.ts';

const page = new URL('../../../docs/reference/driver-contract.md', import.meta.url);
writeFileSync(page, contractPage());
console.log(`wrote ${page.pathname}`);
