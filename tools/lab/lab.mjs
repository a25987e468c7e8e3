/** `npm run lab`: set-up on whatever Node there is, then two hosts and the whole system on the pinned one. */
import { run } from '../run/pinned-node.mjs';
import { pinnedNode, setup } from '../setup/setup.mjs';

const args = process.argv.slice(2);

try {
  // Orders to a lab that runs, and the help, need no set-up.
  const brings = args.every((word) => word.startsWith('-')) && !args.includes('--help');
  if (brings) await setup({ for: 'test' });
  process.exitCode = (await run(pinnedNode, ['tools/lab/main.ts', ...args])) ?? 1;
} catch (error) {
  process.stderr.write(`${error?.message ?? error}\n`);
  process.exitCode = 1;
}
