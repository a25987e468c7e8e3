/**
 * One app as files: the program with everything it imports, source maps, and the manifest. The same sources give the same bytes,
 * wherever the checkout lies and wherever the files are written to.
 */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { thirdParty } from './third-party.mjs';

/** @typedef {import('./apps.mjs').App} App */
/** @typedef {{ path: string, content: string | Uint8Array, isProgram: boolean }} BuiltFile `path` is relative to the app's directory */

/** The oldest Node that runs the bundles: the major version that the sources are checked with. */
const NODE = 24;

/** An older Node would fail somewhere in the middle, at the first thing that it does not know. CommonJS packages inside ask for `require`. */
const opening = `#!/usr/bin/env node
import { createRequire as chronovirtCreateRequire } from 'node:module';
if (Number(process.versions.node.split('.')[0]) < ${NODE}) {
  process.stderr.write(\`needs Node ${NODE} or newer, this is \${process.versions.node}\\n\`);
  process.exit(2);
}
const require = chronovirtCreateRequire(import.meta.url);`;

/** zod reaches its messages in sixty languages through an object, so that none of them is dropped by itself. Ours are English. */
const englishOnly = {
  name: 'english-only',
  /** @param {import('esbuild').PluginBuild} made */
  setup(made) {
    made.onLoad({ filter: /\/node_modules\/zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/**
 * @param {string} root the checkout
 * @param {App} app
 * @returns {Promise<BuiltFile[]>}
 * @throws what esbuild cannot do, with file and line
 */
export async function bundle(root, app) {
  const home = join(root, 'dist', app.name);
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    stdin: { contents: app.entry, resolveDir: root, sourcefile: `${app.name}-entry.mjs` },
    entryNames: app.program.replace(/\.js$/, ''),
    outdir: home,
    write: false,
    metafile: true,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: `node${NODE}`,
    // A process keeps its source in memory, and one character beyond ASCII, in a comment too, doubles that. Names and lines stay.
    minifyWhitespace: true,
    lineLimit: 160,
    plugins: [englishOnly],
    banner: { js: opening },
    sourcemap: 'linked',
    logLevel: 'warning',
  });
  const files = outputFiles.map(({ path, contents }) => {
    const inside = relative(home, path);
    return { path: inside, content: contents, isProgram: inside === app.program };
  });
  const manifest = manifestOf(root, app);
  return [
    ...files,
    text('package.json', `${JSON.stringify(manifest, null, 2)}\n`),
    text('LICENSE', readFileSync(join(root, 'LICENSE'), 'utf8')),
    text('THIRD-PARTY-LICENSES.txt', thirdParty(root, Object.keys(metafile.inputs))),
  ];
}

/** Everything is inside, so nothing is to be installed: there are no dependencies. @param {string} root @param {App} app */
function manifestOf(root, { name, program, command, description }) {
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return {
    name: `@chronovirt/${name}`,
    version,
    description,
    license,
    type: 'module',
    bin: { [command]: program },
    engines: { node: `>=${NODE}` },
    dependencies: {},
  };
}

/** @param {string} path @param {string} content @returns {BuiltFile} */
const text = (path, content) => ({ path, content, isProgram: false });
