/**
 * Imports run one way: contract <- machines <- runtime <- adapters <- apps. `testing` is imported by tests alone, one library alone
 * touches libvirt, one alone touches NATS. A wrong arrow fails the check.
 */
const inLib = (...names) => `^(libs|node_modules/@chronovirt)/(${names.join('|')})/`;
const test =
  '\\.(int\\.|chaos\\.)?test\\.ts$|^libs/[^/]+/src/testing/|^apps/[^/]+/src/testing/|/proof/|^libs/testing/|/bench/|^tools/';

/** What each library may import of ours. */
const allowed = {
  contract: [],
  machines: ['contract'],
  runtime: ['contract', 'machines'],
  images: ['contract'],
  peer: ['contract'],
  libvirt: [],
  'nats-adapter': ['contract', 'machines', 'runtime'],
  'libvirt-adapter': ['contract', 'machines', 'runtime', 'libvirt', 'images', 'peer'],
  'fake-driver': ['contract', 'machines', 'runtime'],
};
const all = [...Object.keys(allowed), 'testing'];

module.exports = {
  forbidden: [
    ...Object.entries(allowed).map(([lib, may]) => ({
      name: `${lib}-imports-only-${may.join('-') || 'nothing'}`,
      severity: 'error',
      from: { path: `^libs/${lib}/`, pathNot: test },
      to: { path: inLib(...all.filter((other) => other !== lib && !may.includes(other))) },
    })),
    { name: 'libraries-never-import-apps', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    {
      name: 'testing-only-in-tests',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: test },
      to: { path: inLib('testing') },
    },
    {
      name: 'only-nats-adapter-imports-nats',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: `^libs/nats-adapter/|${test}` },
      to: { path: 'node_modules/@nats-io/' },
    },
    {
      name: 'core-runs-in-a-browser',
      severity: 'error',
      from: { path: '^libs/(contract|machines)/src/', pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-circles',
      severity: 'error',
      // Of types too: what two files know of each other lies below both.
      from: {},
      to: { circular: true },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules/(?!@chronovirt)' },
    exclude: { path: '^(dist|node_modules/(?!@chronovirt|@nats-io))' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
  },
};
