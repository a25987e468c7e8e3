/** `npm run bench`: set-up on whatever Node there is, then the measurements on the pinned one. */
import { run } from '../run/pinned-node.mjs';
import { pinnedNode, setup } from '../setup/setup.mjs';

const args = process.argv.slice(2);

try {
  // Standard output is for the table or the JSON alone.
  if (!args.includes('--help')) await setup({ for: 'start', say: (line) => process.stderr.write(`${line}\n`) });
  process.exitCode = (await run(pinnedNode, ['tools/bench/main.ts', ...args])) ?? 1;
} catch (error) {
  process.stderr.write(`${error?.message ?? error}\n`);
  process.exitCode = 1;
}
