import { followEvents, tellsAway } from '../api/events.ts';
import { every, progressMs } from '../follow/every.ts';
import type { ApiClient } from '../api/client.ts';
import type { Explanation, InstanceView, ProgressView, StateView } from '../api/types.ts';
import { isPausedBehind, pausedBehind } from '../output/paused-behind.ts';
import { hostsAway, optional } from '../api/hosts-away.ts';
import { UsageError } from '../cli-error.ts';
import { gibibytes, mebibytes } from '../output/bytes.ts';
import type { Paint } from '../output/colour.ts';
import { failureText, isGone } from '../output/failure-text.ts';
import { progressText } from '../output/progress-text.ts';
import { redraw } from '../output/redraw.ts';
import { facts } from '../output/table.ts';
import { age, dateTime, duration } from '../output/time.ts';
import { parseMoment } from '../parse/moment.ts';
import { inKebab, inWords } from '../parse/words.ts';
import { everInstanceArgument, textOption, type Verb, type VerbContext } from './verb.ts';

interface Address {
  readonly mac: string;
  readonly address: string;
}

interface Shown extends InstanceView {
  readonly addresses: readonly Address[] | null;
  readonly commands: readonly Explanation[] | null;
  readonly progress: ProgressView | null;
  /** What is the matter with the host that has it; null: nothing. */
  readonly hostAway: string | null;
}

interface Past {
  readonly name: string | null;
  readonly instance: string;
  readonly host: string;
  readonly seq: number;
  readonly at: number;
  readonly state: StateView;
}

export const showVerb: Verb = {
  name: 'show',
  group: 'Instances',
  summary: 'Show one instance, now or at any moment of its history.',
  args: [everInstanceArgument],
  options: [
    {
      flags: '--at <moment>',
      description: 'a sequence (57, h1:57), a time (10:02, 2026-11-22 10:02:11) or how long ago (5min)',
    },
    { flags: '--watch', description: 'keep showing as things change' },
  ],
  examples: [
    ['show web', 'state, size, addresses, what may be done'],
    ['show web --at 10:02', 'the state at two minutes past ten'],
    ['show web --at h1:57', 'the state after message 57 of host h1'],
  ],
  async run(context, [instance = ''], options) {
    const at = textOption(options, 'at');
    if (at !== undefined && options['watch'] === true)
      throw new UsageError('--at and --watch do not go together: the past does not change');
    if (at !== undefined) {
      const past = await context.client.json<Past>(`/v1/instances/${encodeURIComponent(instance)}/state`, {
        query: { at: parseMoment(at, '--at', context.io.now()) },
      });
      return context.print(past, () => pastLines(context, past));
    }
    const shown = await read(context.client, instance);
    if (options['watch'] !== true) return context.print(shown, () => linesOf(context, shown));
    let last = '';
    let busy = false;
    const present = async (): Promise<void> => {
      const now = await read(context.client, shown.uuid);
      busy = isUnderWay(now);
      if (context.isJson) context.print(now, () => []);
      else redraw(context.io, linesOf(context, now));
      last = JSON.stringify(now.progress);
    };
    await present();
    // What is under way tells how far it is; that is no event.
    const stop = every(progressMs, context.io.signal, async () => {
      if (busy && JSON.stringify((await read(context.client, shown.uuid)).progress) !== last) await present();
    });
    try {
      for await (const event of followEvents(context.client, {
        instance: shown.uuid,
        signal: context.io.signal,
        onAway: tellsAway(context.io, context.client),
      }))
        if (event.kind === 'entry') await present();
    } finally {
      stop();
    }
  },
};

/** Whether something works on it just now. */
const isUnderWay = ({ effect, imageWork, migration, state }: InstanceView): boolean =>
  state !== 'deleted' && (Boolean(effect) || Boolean(imageWork) || (migration?.value.includes('.') ?? false));

/** The instance, and besides what its host and its chart say of it; those may be missing. */
async function read(client: ApiClient, ref: string): Promise<Shown> {
  const path = `/v1/instances/${encodeURIComponent(ref)}`;
  const instance = await client.json<InstanceView>(path);
  if (instance.state === 'deleted')
    return { ...instance, addresses: null, commands: null, progress: null, hostAway: null };
  const [addresses, commands, progress, away] = await Promise.all([
    optional(client.json<{ addresses: Address[] }>(`${path}/addresses`)),
    optional(client.json<{ commands: Explanation[] }>(`${path}/explain`)),
    isUnderWay(instance) ? optional(client.json<ProgressView>(`${path}/progress`)) : null,
    hostsAway(client),
  ]);
  return {
    ...instance,
    addresses: addresses?.addresses ?? null,
    commands: commands?.commands ?? null,
    progress,
    hostAway: away.get(instance.host ?? '') ?? null,
  };
}

function linesOf({ io, paint }: VerbContext, one: Shown): string[] {
  const { flavor, image, effect, failure, lock, halted } = one;
  const forMs = one.changed === null ? 0 : io.now() - one.changed;
  const since = forMs < 1000 ? '' : ` for ${age(forMs)}`;
  const place = one.host === null || one.host === '_cluster' ? '' : ` on ${one.host}`;
  const allowed = one.commands?.filter((command) => command.allowed) ?? [];
  const named = (some: readonly Explanation[]): string => some.map(({ command }) => inKebab(command)).join(', ');
  const later = allowed.filter(({ away }) => away !== undefined);
  return [
    `${paint.bold(one.name ?? one.uuid)} is ${paint.state(halted ? 'halted' : (one.state ?? 'unknown'))}${place}${paint.dim(since)}`,
    ...facts(
      [
        ['uuid', one.uuid],
        ['halted', halted ? paint.red(`at ${one.host}:${halted.seq}: ${halted.text}; delete still works`) : null],
        [
          'host',
          one.hostAway === null
            ? null
            : paint.red(`${one.hostAway}: what is told here is what was heard last; chronovirt hosts show ${one.host}`),
        ],
        [
          'under way',
          effect
            ? `${inWords(effect.method)}${effect.attempt > 1 ? `, attempt ${effect.attempt}` : ''}, ${endedHost.test(one.hostAway ?? '') ? `which nobody does: ${one.hostAway}` : deadlineText(effect.deadline - io.now())}`
            : null,
        ],
        ['waits for', one.awaiting ?? null],
        [
          'question',
          one.drift
            ? paint.red(
                `it was seen ${one.drift.seen} (${one.drift.heard}), ${dateTime(one.drift.at)}: adopt-drift takes that over, repair-drift brings it back`,
              )
            : null,
        ],
        ['its image', one.imageWork ?? null],
        ['move', moveText(one)],
        ['progress', one.progress === null ? null : progressText(one.progress)],
        ['failure', failure ? paint.red(`${failureText(failure, one.name ?? one.uuid)} (${failure.code})`) : null],
        ['lock', lock ? `held by ${lock.name}${lock.reason === '' ? '' : `: ${lock.reason}`}` : null],
        ['power', powerText(one, paint)],
        ['in Nova', `${one.vmState ?? '?'} / ${one.taskState ?? '–'} / power state ${one.powerState ?? '?'}`],
        [
          'size',
          flavor === undefined
            ? null
            : `${flavor.vcpus} vCPU${flavor.vcpus === 1 ? '' : 's'}, ${mebibytes(flavor.memoryMiB)} memory, ${flavor.rootGiB === 0 ? "image's own disk" : `${gibibytes(flavor.rootGiB)} disk`} (${flavor.name})`,
        ],
        ['image', image === undefined ? null : `${image.name} (${image.format}, ${image.sha256.slice(0, 16)}…)`],
        ...(one.ports ?? []).map(({ mac, network }, index): [string, string] => [
          `nic ${index}`,
          `${network.kind} ${network.name}, ${mac}${addressOf(one, mac)}`,
        ]),
        ['address', one.addresses?.map(({ address }) => paint.bold(address)).join(', ') ?? null],
        ['ssh keys', one.sshKeys === undefined || one.sshKeys === 0 ? null : String(one.sshKeys)],
        ['sealed', one.sealed?.map(inWords).join(', ') ?? null],
        [
          'metadata',
          Object.entries(one.metadata ?? {})
            .map(([key, value]) => `${key}=${value}`)
            .join(', '),
        ],
        ['created', one.created === null ? null : dateTime(one.created)],
        ['owner', one.host === null ? null : `${one.host}, epoch ${one.epoch}; last message ${one.host}:${one.seq}`],
        ['may now', named(allowed.filter(({ away }) => away === undefined)) || (later.length > 0 ? 'nothing' : null)],
        ['may later', later.length === 0 ? null : `${named(later)}; its host has to do it, and ${later[0]?.away}`],
      ],
      paint.dim,
      io.columns,
    ),
  ];
}

function powerText(one: Shown, paint: Paint): string | null {
  const name = one.name ?? one.uuid;
  // Where it is a question already, that says what to do.
  if (isPausedBehind(one) && !one.drift) return paint.red(`${one.power}: ${pausedBehind(name)}`);
  // Where the failure is that it is gone, that says what is left of it.
  if (one.failure && isGone(one.failure)) return one.power ?? null;
  if (one.state === 'failed' && one.power === 'absent')
    return `absent: its host knows no such domain; chronovirt hard-reboot ${name} defines and starts it anew`;
  return one.power ?? null;
}

function moveText({ migration }: Shown): string | null {
  if (migration === null || migration === undefined) return null;
  const { kind, source, destination, awaiting, failure } = migration.context;
  const way = `${kind} from ${source}${destination === null ? '' : ` to ${destination}`}`;
  const waits = awaiting === null ? '' : `, waiting for ${awaiting}`;
  return `${way}: ${inWords(migration.value.replace('.', ' '))}${waits}${failure === null ? '' : ` (${failure.message})`}`;
}

function addressOf({ addresses }: Shown, mac: string): string {
  const found = addresses?.filter((one) => one.mac === mac).map(({ address }) => address) ?? [];
  return found.length === 0 ? '' : `, ${found.join(', ')}`;
}

/** A host that may do nothing for its instances, whatever is due there; one that is only lost or silent may be at it. */
const endedHost = / is (forgotten|fenced|barred)$/;

function deadlineText(left: number): string {
  return left >= 0 ? `${duration(left)} left` : `${duration(-left)} over its time`;
}

function pastLines({ io, paint }: VerbContext, { name, instance, host, seq, at, state }: Past): string[] {
  const { actor, context, parts } = state;
  return [
    `${paint.bold(name ?? instance)} was ${paint.state(state.value)} at ${host}:${seq}, ${dateTime(at)}`,
    ...facts(
      [
        ['power', parts.power],
        ['goal', context.goal],
        ['began as', context.origin],
        ['waits for', context.awaiting],
        [
          'failure',
          context.failure === null
            ? null
            : `${failureText(context.failure, name ?? instance)} (${context.failure.code})`,
        ],
        [
          'lock',
          parts.lock === null
            ? null
            : `held by ${parts.lock.name}${parts.lock.reason === '' ? '' : `: ${parts.lock.reason}`}`,
        ],
        ['role', actor.role.kind === 'granted' ? `granted to ${String(actor.role.host)}` : actor.role.kind],
        ['epoch', String(actor.epoch)],
        ['op', String(actor.op)],
        [
          'due',
          actor.due.map(({ method, op, attempt }) => `${inWords(method)} (op ${op}, attempt ${attempt})`).join(', '),
        ],
      ],
      paint.dim,
      io.columns,
    ),
  ];
}
