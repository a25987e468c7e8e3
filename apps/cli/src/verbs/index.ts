/** All verbs by name, each loaded when it is used: a command should start at once. */
import type { Verb } from './verb.ts';

const orderNames = [
  'start',
  'stop',
  'reboot',
  'pause',
  'unpause',
  'suspend',
  'resume',
  'delete',
  'lock',
  'unlock',
  'reset',
] as const;

const hostOrderNames = [
  'enable',
  'disable',
  'maintenance',
  'fence',
  'stand-down',
  'confirm-down',
  'admit',
  'power',
  'forget',
  'acknowledge',
] as const;

const loaders: Readonly<Record<string, () => Promise<Verb>>> = {
  create: async () => (await import('./create.ts')).createVerb,
  list: async () => (await import('./list.ts')).listVerb,
  show: async () => (await import('./show.ts')).showVerb,
  ...Object.fromEntries(orderNames.map((name) => [name, async () => (await import('./orders.ts')).orderVerb(name)])),
  explain: async () => (await import('./explain.ts')).explainVerb,
  'console-log': async () => (await import('./console-log.ts')).consoleLogVerb,
  ip: async () => (await import('./ip.ts')).ipVerb,
  history: async () => (await import('./history.ts')).historyVerb,
  watch: async () => (await import('./watch.ts')).watchVerb,
  diff: async () => (await import('./diff.ts')).diffVerb,
  verify: async () => (await import('./verify.ts')).verifyVerb,
  ...Object.fromEntries(
    ['image upload', 'image list', 'image show', 'image delete'].map((name) => [
      name,
      async () => (await import('./images.ts')).imageVerbs[name] as Verb,
    ]),
  ),
  flavors: async () => (await import('./flavors.ts')).flavorsVerb,
  hosts: async () => (await import('./hosts.ts')).hostsVerb,
  'hosts show': async () => (await import('./hosts.ts')).hostShowVerb,
  'hosts history': async () => (await import('./hosts.ts')).hostHistoryVerb,
  'hosts drain': async () => (await import('./hosts.ts')).hostDrainVerb,
  ...Object.fromEntries(
    hostOrderNames.map((name) => [`hosts ${name}`, async () => (await import('./host-orders.ts')).hostOrderVerb(name)]),
  ),
  completion: async () => (await import('./completion.ts')).completionVerb,
  version: async () => (await import('./version.ts')).versionVerb,
};

/** Names of the verbs with a file of their own. */
export const ownVerbNames: readonly string[] = Object.keys(loaders);

/** Names of all verbs, those made from the contract after the others. */
export async function verbNames(): Promise<string[]> {
  const { contractVerbNames } = await import('./contract-orders.ts');
  return [...ownVerbNames, ...contractVerbNames];
}

/** A verb by its name, or null. */
export async function loadVerb(name: string): Promise<Verb | null> {
  const load = Object.hasOwn(loaders, name) ? loaders[name] : undefined;
  if (load !== undefined) return load();
  const { contractVerb, contractVerbNames } = await import('./contract-orders.ts');
  return contractVerbNames.includes(name) ? contractVerb(name) : null;
}

export async function allVerbs(): Promise<Verb[]> {
  const verbs = await Promise.all((await verbNames()).map(loadVerb));
  return verbs.filter((verb) => verb !== null);
}
