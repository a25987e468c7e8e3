/**
 * `npm run contract`: what the drivers implement of the contract, name by name, and which test proves it. With `--json` for programs:
 * `npm run -s contract -- --json`.
 */
import { join } from 'node:path';
import { root, run } from '../run/pinned-node.mjs';

process.exitCode = await run(join(root, 'node_modules/.bin/node'), [
  join(root, 'tools/contract/report.ts'),
  ...process.argv.slice(2),
]);
