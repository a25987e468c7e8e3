/** `npm start`: set-up on whatever Node there is, then the system on the pinned one. */
import { pinnedNode, setup } from '../setup/setup.mjs';
import { run } from '../run/pinned-node.mjs';
import { readOptions, usage } from './options.mjs';

const args = process.argv.slice(2);

/** The options; undefined when they cannot be used, which is told. */
function options() {
  try {
    return readOptions(args);
  } catch (error) {
    process.stderr.write(`${error?.message ?? error}\nnpm start -- --help tells more\n`);
    return undefined;
  }
}

async function start() {
  const asked = options();
  if (asked === undefined) return 2;
  if (asked.help) {
    process.stdout.write(usage);
    return 0;
  }
  await setup({ for: 'start' });
  return (await run(pinnedNode, ['tools/start/main.ts', ...args])) ?? 1;
}

try {
  process.exitCode = await start();
} catch (error) {
  process.stderr.write(`${error?.message ?? error}\n`);
  process.exitCode = 1;
}
