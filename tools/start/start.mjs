/** `npm start`: set-up on whatever Node there is, then the system on the pinned one. */
import { pinnedNode, setup } from '../setup/setup.mjs';
import { run } from '../run/pinned-node.mjs';

const args = process.argv.slice(2);

try {
  if (!args.includes('--help')) await setup({ for: 'start' });
  process.exitCode = (await run(pinnedNode, ['tools/start/main.ts', ...args])) ?? 1;
} catch (error) {
  process.stderr.write(`${error?.message ?? error}\n`);
  process.exitCode = 1;
}
