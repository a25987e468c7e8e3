/** `npm run test:matrix`: set-up on whatever Node there is, then the matrix on the pinned one. */
import { run } from '../run/pinned-node.mjs';
import { pinnedNode, setup } from '../setup/setup.mjs';

const args = process.argv.slice(2);

try {
  const runs = !args.includes('--list') && !args.includes('--help');
  if (runs && process.env.CHRONOVIRT_SKIP_SETUP !== '1') await setup({ for: 'test' });
  process.exitCode = (await run(pinnedNode, ['tools/matrix/main.ts', ...args])) ?? 1;
} catch (error) {
  process.stderr.write(`${error?.message ?? error}\n`);
  process.exitCode = 1;
}
