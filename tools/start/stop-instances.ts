/**
 * Shuts down what runs before its hypervisor ends, each guest by the orders that are legal where it is: so its history says why it is off.
 * What is in the middle of something is waited for first. What cannot be stopped is said.
 */
import { restingState } from '@chronovirt/contract';
import type { Api, InstanceView } from './api.ts';
import type { LiveView } from './live-view.ts';

export interface StopOptions {
  /** How long one instance is waited for, all its orders together, in milliseconds. */
  readonly patienceMs?: number;
}

interface Step {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

const stop: Step = { name: 'stop', args: { timeoutSeconds: 20, reason: 'shutdown' } };

/** The order that brings a guest nearer to be off, by where it rests. */
const steps: Readonly<Record<string, Step>> = {
  running: stop,
  failed: stop,
  // A guest that stands still would not hear that it is to shut down.
  paused: { name: 'unpause', args: {} },
  rescued: { name: 'unrescue', args: {} },
};

/** Why nothing is ordered of one that is on. */
const left: Readonly<Record<string, string>> = {
  resized: 'whether its new size stays is for a person to say: confirm-resize, or revert-resize',
};

const resting: ReadonlySet<string> = new Set(restingState.options);

export async function stopInstances(
  api: Api,
  view: LiveView,
  say: (line: string) => void,
  { patienceMs = 90_000 }: StopOptions = {},
): Promise<void> {
  const { instances } = await api.get<{ instances: InstanceView[] }>('/v1/instances');
  const concerned = instances.filter((one) => isOn(one) || !resting.has(one.state));
  if (concerned.length === 0) return;
  say('\nStopping the instances:');
  await Promise.all(
    concerned.map(async (instance) => {
      try {
        const why = await stopOne(api, view, say, instance, performance.now() + patienceMs);
        if (why !== null) say(`  ${instance.name} could not be stopped: ${why}`);
      } catch (error) {
        say(`  ${instance.name} could not be stopped: ${error instanceof Error ? error.message : String(error)}`);
      }
    }),
  );
}

/** Null: it is off, or was never on. Else why not. */
async function stopOne(
  api: Api,
  view: LiveView,
  say: (line: string) => void,
  first: InstanceView,
  until: number,
): Promise<string | null> {
  if (!resting.has(first.state)) say(`  ${first.name} is ${first.state}: it is waited for`);
  let since = '';
  const ordered = new Set<string>();
  for (;;) {
    const now = await rests(api, view, first.uuid, since, until);
    if (!resting.has(now.state))
      return `it is still ${now.state}${now.awaiting === null ? '' : `, awaiting ${now.awaiting}`}`;
    if (!isOn(now)) return null;
    const step = steps[now.state];
    if (step === undefined) return left[now.state] ?? `it is ${now.state} and on, and no order stops it there`;
    // What was tried and led back here would do so again.
    if (ordered.has(`${now.state} ${step.name}`)) return `${step.name} did not work: it is ${now.state} all the same`;
    ordered.add(`${now.state} ${step.name}`);
    const { host, seq } = await api.post<{ host: string; seq: number }>(`/v1/instances/${first.uuid}/commands`, step);
    since = `?since=${host}:${seq}`;
  }
}

/** The instance once it rests; as it is when the time is over. `since`: what it was ordered last is to be seen in the answer. */
async function rests(api: Api, view: LiveView, uuid: string, since: string, until: number): Promise<InstanceView> {
  for (;;) {
    // Asked for first: what is stored between the answer and the wait is not missed.
    const next = view.next(({ message }) => message.instance === uuid && resting.has(message.state.value));
    const now = await api.get<InstanceView>(`/v1/instances/${uuid}${since}`);
    const leftMs = until - performance.now();
    if (resting.has(now.state) || leftMs <= 0) return now;
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, leftMs)));
    await Promise.race([next, over]);
    clearTimeout(timer);
  }
}

function isOn({ power }: InstanceView): boolean {
  return power === 'on' || power === 'paused';
}
