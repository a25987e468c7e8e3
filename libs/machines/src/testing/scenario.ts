/** Given a history, when an item comes, then events: the means to say that in three lines. For tests only. */
import {
  CLUSTER,
  MESSAGE_VERSION,
  nothingThere,
  turnMessage,
  type Command,
  type CommandName,
  type HostName,
  type Incarnation,
  type InstanceSpec,
  type InstanceState,
  type InstanceUuid,
  type MessageId,
  type Observation,
  type RestingState,
} from '@chronovirt/contract';
import { settled } from '../actor/evolve.ts';
import { adoptOrder, type HandedState } from '../actor/links.ts';
import { dueEffects } from '../actor/role.ts';
import { decide } from '../decide/decide.ts';
import type { Decision, Env, Item, Outcome, TurnDecision } from '../decide/types.ts';
import { initialContext } from '../life/context-changes.ts';
import { leafOf } from '../life/leaves.ts';
import { defaultPolicy, type Policy } from '../policy.ts';
import type { Entry } from '../reading/fold.ts';
import { MACHINE_VERSION } from '../version.ts';

export const INSTANCE = '0b6e0d0e-0000-4000-8000-000000000001' as InstanceUuid;
export const HOST = 'alpha' as HostName;
export const SPINE = CLUSTER as HostName;
export const USER = { kind: 'user', name: 'ada' } as const;
export const OPERATOR = { kind: 'operator', name: 'grace' } as const;

export const SPEC: InstanceSpec = {
  uuid: INSTANCE,
  name: 'web',
  flavor: { name: 'small', vcpus: 1, memoryMiB: 128, rootGiB: 1, ephemeralGiB: 0, swapMiB: 0, extraSpecs: {} },
  image: { sha256: 'a'.repeat(64), name: 'debian', format: 'qcow2', bytes: 1000, virtualBytes: 2 ** 30 },
  ports: [
    {
      id: '5d0f7c7e-0000-4000-8000-000000000001',
      mac: '52:54:00:00:00:01',
      network: { kind: 'network', name: 'chronovirt' },
    },
  ],
  sshKeys: [],
  metadata: {},
  key: null,
  secrets: {},
};

/** Every driver method that a leaf of the chart names. */
export const ALL_METHODS = new Set(
  [
    'spawn destroy powerOn powerOff restore softDelete reboot pause unpause suspend resume rescue unrescue snapshot',
    'resumeStateOnHostBoot pollRebootingInstances define removeImages',
    'migrateDiskAndPowerOff finishMigration confirmMigration finishRevertMigration',
    'preLiveMigration liveMigration postLiveMigrationAtDestination',
  ].flatMap((line) => line.split(' ')),
);

/** A look at a guest of which everything is there; what differs is said. */
export function seen(fields: Partial<Observation> = {}): Observation {
  return {
    domain: 'defined',
    power: 'on',
    reason: 'booted',
    busy: null,
    mark: null,
    definition: true,
    savedMemory: false,
    disks: ['root'],
    leftovers: [],
    ...fields,
  };
}

export const EMPTY = nothingThere;

/** What a look shows of an instance in each resting state. */
export function shows(state: RestingState, mark: Observation['mark'] = null): Observation {
  switch (state) {
    case 'running':
    case 'resized':
      return seen({ mark });
    case 'rescued':
      return seen({ mark, disks: ['root', 'rescue'] });
    case 'paused':
      return seen({ mark, power: 'paused', reason: 'user' });
    case 'suspended':
      return seen({ mark, power: 'off', reason: 'saved', savedMemory: true });
    case 'stopped':
    case 'shelved':
    case 'trashed':
      return seen({ mark, power: 'off', reason: 'shutdown' });
    case 'failed':
      return seen({ power: 'asleep', reason: 'sleep' });
    case 'offloaded':
    case 'deleted':
      return EMPTY;
    default:
      return state satisfies never;
  }
}

type Options = Partial<Pick<Env, 'facts' | 'spec' | 'boot'>> & {
  readonly policy?: Partial<Policy>;
  readonly host?: HostName;
};

/** One history on one host, turn by turn. Each turn's message is checked against the contract's schema. */
export class Scenario {
  readonly host: HostName;
  readonly entries: Entry[] = [];
  state: InstanceState | null = null;
  at = 1_700_000_000_000;
  incarnation = '1700000000000-1' as Incarnation;
  /** The boot of the host. */
  boot: string | undefined;
  readonly #options: Options;
  #commands = 0;

  constructor(options: Options = {}) {
    this.host = options.host ?? HOST;
    this.boot = options.boot;
    this.#options = options;
  }

  /** An instance that rests in a state on a host, adopted there. */
  static resting(
    state: RestingState,
    options: Options & { readonly context?: Partial<InstanceState['context']> } = {},
  ): Scenario {
    return Scenario.in(state, options);
  }

  /** An instance in any value of the chart, adopted with it. */
  static in(value: string, options: Options & { readonly context?: Partial<InstanceState['context']> } = {}): Scenario {
    const scenario = new Scenario(options);
    const state: HandedState = {
      value,
      context: { ...initialContext, ...options.context },
      op: 2,
      parts: { lock: null },
    };
    scenario.take({
      kind: 'link',
      link: { kind: 'adopt', epoch: 1, from: { host: SPINE, seq: 3 }, spec: SPEC, state, command: null },
    });
    const at = leafOf(value) === null && value !== 'failed' ? shows(value as RestingState) : null;
    if (at !== null) scenario.look(at);
    return scenario;
  }

  get env(): Env {
    const { policy, facts, spec } = this.#options;
    return {
      instance: INSTANCE,
      host: this.host,
      at: this.at,
      seq: this.seq,
      incarnation: this.incarnation,
      ...(this.boot === undefined ? {} : { boot: this.boot }),
      policy: { ...defaultPolicy, ...policy },
      facts: facts ?? { implements: ALL_METHODS },
      ...(spec === undefined ? {} : { spec }),
    };
  }

  get seq(): number {
    return this.entries.length * 10;
  }

  get now(): InstanceState {
    if (this.state === null) throw new Error('no history yet');
    return this.state;
  }

  get value(): string {
    return this.now.value;
  }

  /** `pause@4` for each due effect. */
  get due(): string[] {
    return this.state === null ? [] : dueEffects(this.state).map(({ method, op }) => `${method}@${op}`);
  }

  get op(): number {
    return this.state?.actor.op ?? 0;
  }

  /** Decides and, if it is a turn, stores it as a message. */
  take(item: Item): Decision {
    this.at += 10;
    const decision = decide(this.state, item, this.env);
    if (decision.kind === 'turn') this.#store(decision);
    return decision;
  }

  #store(decision: TurnDecision): void {
    const seq = this.seq + 10;
    const message = {
      v: MESSAGE_VERSION,
      id: `m${seq}` as MessageId,
      instance: INSTANCE,
      host: this.host,
      epoch: decision.next.actor.epoch,
      incarnation: this.incarnation,
      at: decision.next.actor.at,
      by: decision.by,
      command: decision.command,
      cause: decision.cause,
      machine: MACHINE_VERSION,
      events: decision.events,
      state: decision.next,
    };
    // Through JSON, as a stored message goes.
    this.entries.push({ seq, message: turnMessage.parse(JSON.parse(JSON.stringify(message))) });
    this.state = settled(decision.next, seq);
  }

  order(name: CommandName, args: Command['args'] = {}, more: Partial<Command> = {}): Decision {
    this.#commands += 1;
    const command = { id: `c${this.#commands}`, instance: INSTANCE, name, args, by: USER, ...more } as Command;
    return this.take({ kind: 'command', command });
  }

  look(observation: Observation, op = this.op): Decision {
    return this.take({ kind: 'look', op, observation, heard: 'test' });
  }

  /** The outcome of what is due: `mark` true puts its mark on the domain. */
  outcome(result: Outcome['result'], observation: Observation | null, more: Partial<Outcome> = {}): Decision {
    const [due] = dueEffects(this.now);
    if (due === undefined) throw new Error(`nothing is due in ${this.value}`);
    const failed = result === 'failed' ? { error: { code: 'HYPERVISOR_ERROR', message: 'it said no' } } : {};
    return this.take({
      kind: 'outcome',
      op: due.op,
      epoch: this.now.actor.epoch,
      method: due.method,
      result,
      observation,
      ...failed,
      ...more,
    });
  }

  /** The mark of what is due. */
  get mark(): { epoch: number; op: number } {
    return { epoch: this.now.actor.epoch, op: this.op };
  }

  alarm(op = this.op): Decision {
    return this.take({ kind: 'alarm', op });
  }
}

/** `type -> to` of each event of a turn, or the reason why there is none. */
export function told(decision: Decision): string[] {
  switch (decision.kind) {
    case 'turn':
      return decision.events.map(({ type, to }) => `${type} -> ${to}`);
    case 'answer':
      return [`answer ${decision.answer.kind}`];
    case 'nothing':
      return [`nothing: ${decision.code}`];
    default:
      return decision satisfies never;
  }
}

/** An instance on the spine whose order is due, and the order for the host. */
export function ordered(options: Options = {}): Scenario {
  const spine = new Scenario({ ...options, host: SPINE });
  spine.order('create', { spec: SPEC as never });
  spine.outcome('done', null, { data: { host: HOST } });
  return spine;
}

/** The order of a spine whose host was granted the instance. */
export function orderOf(spine: Scenario): ReturnType<typeof adoptOrder> {
  return adoptOrder(spine.now, SPEC, { host: SPINE, seq: spine.seq });
}
