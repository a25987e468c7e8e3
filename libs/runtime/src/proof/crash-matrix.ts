/**
 * The crash matrix on the simulated host: an operation is run once to count its points, then once for each point, with the agent killed
 * there as by kill -9. A new agent must reach the truth by itself, leave nothing without an owner and take the next command.
 *
 * Points: before and after each append to the journal; before, in and after each call on the hypervisor or child process.
 */
import {
  isEmpty,
  type Command,
  type CommandName,
  type InstanceState,
  type InstanceUuid,
  type Observation,
} from '@chronovirt/contract';
import { expected } from '@chronovirt/machines';
import { AgentWorld, sampleSpec, type Agent } from '@chronovirt/testing/world';

export interface Operation {
  readonly name: string;
  /** Commands that bring a running guest to where the operation begins. */
  readonly before: readonly (CommandName | readonly [CommandName, Command['args']])[];
  readonly command: CommandName | 'spawn';
  readonly args?: Command['args'];
  /** The argument that is a password, sealed for each run. */
  readonly password?: string;
  /** States in which it may end after a crash: the goal, and the origin when the intent was not stored. */
  readonly ends: readonly string[];
}

const nightly = { name: 'nightly', rotation: 1 };
const large: Command['args'][string] = { ...sampleSpec().flavor, name: 'large', rootGiB: 2, memoryMiB: 256 };

export const operations: readonly Operation[] = [
  { name: 'spawn', before: [], command: 'spawn', ends: ['running'] },
  { name: 'pause', before: [], command: 'pause', ends: ['paused', 'running'] },
  { name: 'unpause', before: ['pause'], command: 'unpause', ends: ['running', 'paused'] },
  { name: 'suspend', before: [], command: 'suspend', ends: ['suspended', 'running'] },
  { name: 'resume', before: ['suspend'], command: 'resume', ends: ['running', 'suspended'] },
  { name: 'power off', before: [], command: 'stop', ends: ['stopped', 'running'] },
  { name: 'power on', before: ['stop'], command: 'start', ends: ['running', 'stopped'] },
  { name: 'reboot soft', before: [], command: 'reboot', ends: ['running'] },
  { name: 'reboot hard', before: [], command: 'hardReboot', ends: ['running'] },
  { name: 'reboot hard from paused', before: ['pause'], command: 'hardReboot', ends: ['running', 'paused'] },
  { name: 'destroy', before: [], command: 'delete', ends: ['deleted', 'running'] },
  { name: 'destroy suspended', before: ['suspend'], command: 'delete', ends: ['deleted', 'suspended'] },
  { name: 'snapshot', before: [], command: 'snapshot', args: { name: 'one' }, ends: ['running'] },
  { name: 'snapshot off', before: ['stop'], command: 'snapshot', args: { name: 'one' }, ends: ['stopped'] },
  { name: 'backup', before: [['backup', nightly]], command: 'backup', args: nightly, ends: ['running'] },
  { name: 'rescue', before: [], command: 'rescue', ends: ['rescued', 'running'] },
  {
    name: 'rescue with a password',
    before: [],
    command: 'rescue',
    password: 'adminPassword',
    ends: ['rescued', 'running'],
  },
  { name: 'unrescue', before: ['rescue'], command: 'unrescue', ends: ['running', 'rescued'] },
  { name: 'rebuild', before: [], command: 'rebuild', ends: ['running'] },
  { name: 'rebuild off', before: ['stop'], command: 'rebuild', ends: ['stopped'] },
  {
    name: 'rebuild with a password',
    before: [],
    command: 'rebuild',
    password: 'adminPassword',
    ends: ['running'],
  },
  { name: 'resize', before: [], command: 'resize', args: { flavor: large }, ends: ['resized', 'running'] },
  {
    name: 'confirm',
    before: [['resize', { flavor: large }]],
    command: 'confirmResize',
    ends: ['running', 'resized'],
  },
  { name: 'revert', before: [['resize', { flavor: large }]], command: 'revertResize', ends: ['running', 'resized'] },
  { name: 'shelve', before: [], command: 'shelve', ends: ['shelved', 'running'] },
  { name: 'unshelve', before: ['shelve'], command: 'unshelve', ends: ['running', 'shelved'] },
  { name: 'offload', before: ['shelve'], command: 'offload', ends: ['offloaded', 'shelved'] },
  { name: 'soft delete', before: [], command: 'softDelete', ends: ['trashed', 'running'] },
  { name: 'restore', before: ['softDelete'], command: 'restore', ends: ['running', 'trashed'] },
];

/** Where the agent dies: at the n-th append or the n-th call on the hypervisor, in this phase. */
export type Point =
  | { readonly at: 'append'; readonly n: number; readonly phase: 'before' | 'after' }
  | { readonly at: 'call'; readonly n: number; readonly phase: 'before' | 'sent' | 'answered'; readonly name: string };

export const pointText = (point: Point): string =>
  `${point.phase} ${point.at} ${point.n}${point.at === 'call' ? ` (${point.name})` : ''}`;

/** All points that a clean run of the operation passes. */
export async function pointsOf(operation: Operation, seed: number): Promise<Point[]> {
  const points: Point[] = [];
  await play(operation, seed, (point) => void points.push(point));
  return points;
}

export interface Ending {
  readonly value: string;
  readonly state: InstanceState;
  readonly seen: Observation;
  /** Virtual time from the start of the second agent to rest. */
  readonly healedMs: number;
  readonly problems: string[];
}

/** Runs the operation, kills the agent at the point, starts another and tells how it ended. */
export async function crashAt(operation: Operation, seed: number, where: Point): Promise<Ending> {
  let killed: Agent | null = null;
  const { world, instance } = await play(operation, seed, (point, agent) => {
    if (killed !== null || pointText(point) !== pointText(where)) return;
    killed = agent;
    agent.kill();
  });
  const problems: string[] = killed === null ? [`never came to ${pointText(where)}`] : [];
  const next = world.startAgent();
  const began = world.clock.monotonic();
  await world.clock.settle(next.started);
  // A kill before the order was stored: the coordinator sends it again, with the same epoch.
  if (operation.command === 'spawn') await world.clock.settle(next.host.link(instance, world.order(sampleSpec())));
  try {
    await world.rests(instance, 600_000);
  } catch (error) {
    problems.push(`stuck: ${error instanceof Error ? error.message : String(error)}`);
  }
  const healedMs = world.clock.monotonic() - began;
  // Whatever late event or call of the dead agent is still under way must not change the picture.
  await world.clock.advance(120_000);
  const state = world.state(instance);
  const seen = await world.clock.settle(
    next.driver.observe(instance, { signal: new AbortController().signal, deadlineMs: 5_000 }),
  );
  problems.push(...(await faults(world, next, operation, state, seen)));
  return { value: state.value, state, seen, healedMs, problems };
}

async function faults(
  world: AgentWorld,
  agent: Agent,
  operation: Operation,
  state: InstanceState,
  seen: Observation,
): Promise<string[]> {
  const problems: string[] = [];
  const { ends } = operation;
  if (!ends.includes(state.value)) problems.push(`ended in ${state.value}, expected one of ${ends.join(', ')}`);
  const power = expected(state);
  if (power !== null && power !== seen.power)
    problems.push(`recorded ${state.value}, the hypervisor shows ${seen.power} (${seen.reason})`);
  if (state.actor.role.kind === 'closed' && !isEmpty(seen))
    problems.push(`${state.value}, but left: ${JSON.stringify(seen)}`);
  if (state.parts.image !== 'idle') problems.push(`its image is ${state.parts.image}`);
  if (
    state.value !== 'deleted' &&
    seen.leftovers.some((left) => !left.startsWith('tap') && !left.includes('directory'))
  )
    problems.push(`left without an owner: ${seen.leftovers.join(', ')}`);
  problems.push(...(await wrongPassword(world, operation, state.value)));
  const instance = sampleSpec().uuid;
  if (state.actor.role.kind !== 'closed') {
    const next = 'delete';
    const reply = await world.command(agent, instance, next);
    if (reply.kind !== 'answer' || reply.answer.kind !== 'accepted')
      problems.push(`the next command was not taken: ${JSON.stringify(reply)}`);
    await world.rests(instance, 600_000);
    const after = await world.clock.settle(
      agent.driver.observe(instance, { signal: new AbortController().signal, deadlineMs: 5_000 }),
    );
    if (!isEmpty(after)) problems.push(`after a delete there is still: ${JSON.stringify(after)}`);
  }
  return problems;
}

/** One run of an operation from a fresh world; `onPoint` hears of each point of the operation itself. */
async function play(
  operation: Operation,
  seed: number,
  onPoint: (point: Point, agent: Agent) => void,
): Promise<{ world: AgentWorld; instance: InstanceUuid; agent: Agent }> {
  const world = new AgentWorld({ profile: 'lively', seed });
  const spec = sampleSpec();
  let counting = false;
  let appends = 0;
  let calls = 0;
  const agent: Agent = world.startAgent({
    onAppend: (_n, phase) => {
      if (!counting) return;
      if (phase === 'before') appends += 1;
      onPoint({ at: 'append', n: appends, phase }, agent);
    },
  });
  world.sim.onPrimitive(({ phase, name, connection }) => {
    if (!counting || connection !== agent.driver.connection) return;
    if (phase === 'before') calls += 1;
    onPoint({ at: 'call', n: calls, phase, name }, agent);
  });
  await world.clock.settle(agent.started);
  counting = operation.command === 'spawn';
  const give = agent.host.link(spec.uuid, world.order(spec));
  if (operation.command === 'spawn') {
    await runUntilRestOrDeath(world, agent, spec.uuid);
    return { world, instance: spec.uuid, agent };
  }
  await world.clock.settle(give);
  await world.rests(spec.uuid);
  for (const step of operation.before) {
    const [name, args] = typeof step === 'string' ? [step, step === 'stop' ? { timeoutSeconds: 0 } : {}] : step;
    await world.command(agent, spec.uuid, name, args);
    await world.rests(spec.uuid);
  }
  // Echoes of what came before are over.
  await world.clock.advance(1_000);
  counting = true;
  void agent.host.command(world.make(spec.uuid, operation.command, await argsOf(world, operation)));
  await world.clock.drain();
  await runUntilRestOrDeath(world, agent, spec.uuid);
  return { world, instance: spec.uuid, agent };
}

const PASSWORD = 'let me in';

/** As whoever orders it sends it: what is a secret is sealed before. */
async function argsOf({ secrets }: AgentWorld, { args = {}, password }: Operation): Promise<Command['args']> {
  if (password === undefined) return args;
  const key = await secrets.newKey();
  const ref = await secrets.seal(key, sampleSpec().uuid, 'password', Buffer.from(PASSWORD));
  return { ...args, [password]: { ...ref, key } } as Command['args'];
}

/** Where the order was taken, the guest that it made has the password; nobody ever stored it. */
async function wrongPassword(world: AgentWorld, { password, command }: Operation, value: string): Promise<string[]> {
  if (password === undefined) return [];
  const { uuid } = sampleSpec();
  const history = await world.history(uuid);
  const isTaken = history.some(({ events }) => events.some(({ type }) => type === `${command}.requested`));
  const drive = world.sim.files
    .view(uuid)
    ?.files.find(({ name }) => name === (value === 'rescued' ? 'config.rescue' : 'config'));
  const given = drive === undefined ? 'no config drive' : (JSON.parse(drive.content) as { adminPassword: unknown });
  const wanted = isTaken && value !== (command === 'rescue' ? 'running' : '') ? PASSWORD : null;
  return [
    ...(typeof given === 'object' && given.adminPassword === wanted
      ? []
      : [`the guest that is ${value} has ${JSON.stringify(given)}, expected the password ${String(wanted)}`]),
    ...(JSON.stringify(history).includes(PASSWORD) ? ['the password lies in the history'] : []),
  ];
}

async function runUntilRestOrDeath(world: AgentWorld, agent: Agent, instance: InstanceUuid): Promise<void> {
  await world.clock.runUntil(() => agent.fate.dead || world.isAtRest(instance), {
    limitMs: 600_000,
    what: 'the operation or the death of its agent',
  });
}
