import { expect, test } from 'vitest';
import type { InstanceSpec } from '@chronovirt/contract';
import { adoptOrder, returnedLink, type Link } from '../actor/links.ts';
import { argumentsOf } from '../arguments.ts';
import { EMPTY, HOST, OPERATOR, ordered, orderOf, Scenario, seen, SPEC, SPINE, told } from '../testing/scenario.ts';

const adopted = (options: { spec?: InstanceSpec } = {}): { spine: Scenario; host: Scenario } => {
  const spine = ordered();
  const host = new Scenario(options);
  host.take({ kind: 'link', link: orderOf(spine) });
  spine.outcome('done', null, { data: { host: HOST, seq: host.seq } });
  return { spine, host };
};

test('create opens a placement on the spine', () => {
  const spine = new Scenario({ host: SPINE });
  expect(told(spine.order('create', { spec: SPEC as never }))).toEqual(['create.requested -> building.place']);
  expect(spine.due).toEqual(['place@1']);
  expect(spine.now.actor).toMatchObject({ role: { kind: 'owner', epoch: 0 }, spec: 10 });
});

test('a second create with the same id gets the same answer, another id is refused', () => {
  const spine = new Scenario({ host: SPINE });
  spine.order('create', { spec: SPEC as never });
  expect(spine.order('create', { spec: SPEC as never }, { id: 'c1' as never })).toMatchObject({
    kind: 'answer',
    answer: { kind: 'accepted', seq: 10 },
  });
  expect(spine.order('create', { spec: SPEC as never })).toMatchObject({ answer: { guard: 'unplaced' } });
});

test('create on a host is refused: the spine chooses the host', () => {
  expect(new Scenario().order('create', { spec: SPEC as never })).toMatchObject({
    kind: 'answer',
    answer: { guard: 'placed', seq: 0 },
  });
});

test('a placement grants the next epoch in the same turn, and the order is due until the host has taken it', () => {
  const spine = new Scenario({ host: SPINE });
  spine.order('create', { spec: SPEC as never });
  expect(told(spine.outcome('done', null, { data: { host: HOST } }))).toEqual([
    'place.done -> building.order',
    'granted -> granted(alpha, 1)',
  ]);
  expect(spine.now.actor).toMatchObject({ role: { kind: 'granted', host: HOST, epoch: 1 }, epoch: 1 });
  expect(spine.due).toEqual(['order@2']);
  spine.outcome('done', null, { data: { host: HOST, seq: 1 } });
  expect(spine.value).toBe('building.spawn');
  expect(spine.due).toEqual([]);
  expect(spine.now.context.awaiting).toBe('host alpha to report');
});

test('a host that adopts builds under the granted epoch, and its ops go on from those of the spine', () => {
  const { host } = adopted();
  expect(host.now.actor).toMatchObject({ role: { kind: 'owner', epoch: 1 }, op: 3, spec: 10 });
  expect(host.due).toEqual(['spawn@3']);
  expect(host.now.actor.due[0]?.command).toBe('c1');
  expect(told(host.outcome('done', seen({ mark: host.mark })))).toEqual(['spawn.done -> running']);
});

test('the same order again is a duplicate, an older epoch is stale', () => {
  const { host, spine } = adopted();
  expect(told(host.take({ kind: 'link', link: orderOf(ordered()) }))).toEqual(['nothing: duplicate']);
  expect(told(host.take({ kind: 'link', link: { ...orderOf(ordered()), epoch: 0 } }))).toEqual(['nothing: stale']);
  expect(spine.value).toBe('building.spawn');
});

test('a host without the method does not take the order', () => {
  const host = new Scenario({ facts: { implements: new Set(['destroy']) } });
  expect(told(host.take({ kind: 'link', link: orderOf(ordered()) }))).toEqual(['nothing: refused']);
});

test('a host whose chart does not know the state does not take the order', () => {
  const order = orderOf(ordered());
  const link: Link = { ...order, state: { ...order.state, value: 'flying.high' } };
  expect(told(new Scenario().take({ kind: 'link', link }))).toEqual(['nothing: refused']);
});

test('a build that failed and left nothing is released, and the spine tries another host with the next epoch', () => {
  const { spine, host } = adopted();
  expect(told(host.outcome('failed', EMPTY))).toEqual(['spawn.failed -> failed', 'released -> closed']);
  expect(host.now.context.failure).toMatchObject({ method: 'spawn', code: 'HYPERVISOR_ERROR' });
  const link = returnedLink(host.now, { host: HOST, seq: host.seq, command: null }, true);
  expect(told(spine.take({ kind: 'link', link }))).toEqual(['returned -> building.place']);
  expect(spine.now.context.hostsTried).toEqual([HOST]);
  expect(spine.now.actor.role).toEqual({ kind: 'owner', epoch: 1 });
  spine.outcome('done', null, { data: { host: 'beta' } });
  expect(spine.now.actor.role).toEqual({ kind: 'granted', host: 'beta', epoch: 2 });
  expect(told(spine.take({ kind: 'link', link }))).toEqual(['nothing: stale']);
});

test('the same host can adopt again under a newer epoch after it was closed', () => {
  const { spine, host } = adopted();
  host.outcome('failed', EMPTY);
  spine.take({ kind: 'link', link: returnedLink(host.now, { host: HOST, seq: host.seq, command: null }, true) });
  spine.outcome('done', null, { data: { host: HOST } });
  expect(told(host.take({ kind: 'link', link: orderOf(spine) }))).toEqual(['adopted -> building.spawn']);
  expect(host.now.actor).toMatchObject({ role: { kind: 'owner', epoch: 2 } });
});

test('where no other host may be tried the build ends as failed on the spine, with the facts', () => {
  const { spine, host } = adopted();
  host.outcome('failed', EMPTY);
  spine.take({ kind: 'link', link: returnedLink(host.now, { host: HOST, seq: host.seq, command: null }, false) });
  expect(spine.value).toBe('failed');
  expect(spine.now.context.failure).toMatchObject({ method: 'spawn', code: 'HYPERVISOR_ERROR', message: 'it said no' });
});

test('a failed build that left something stays with its host, where hard reboot, reset and delete are open', () => {
  const { host } = adopted();
  expect(told(host.outcome('failed', seen({ power: 'off' })))).toEqual(['spawn.failed -> failed']);
  expect(host.now.actor.role.kind).toBe('owner');
  expect(host.order('stop')).toMatchObject({ answer: { guard: 'launched' } });
  expect(told(host.order('hardReboot'))).toEqual(['reboot.requested -> rebooting.reboot']);
});

test('a guest of another operation is not taken for the one that was to be built', () => {
  const { host } = adopted();
  expect(told(host.outcome('done', seen({ mark: { epoch: 1, op: 1 } })))).toEqual(['spawn.done -> reconciling.probe']);
});

test('no fitting host ends the build as failed', () => {
  const spine = new Scenario({ host: SPINE });
  spine.order('create', { spec: SPEC as never });
  expect(told(spine.outcome('failed', null, { error: { code: 'NO_HOST', message: 'none has the memory' } }))).toEqual([
    'place.failed -> failed',
  ]);
  expect(spine.order('start')).toMatchObject({ answer: { guard: 'state' } });
  expect(spine.order('hardReboot')).toMatchObject({ answer: { guard: 'placed' } });
});

test('a placement without an answer is tried again with back-off, and given up in the end', () => {
  const spine = new Scenario({ host: SPINE, policy: { maxPlaceTries: 2 } });
  spine.order('create', { spec: SPEC as never });
  expect(told(spine.alarm())).toEqual(['place.timedOut -> building.place']);
  expect(spine.now.actor.due[0]?.notBefore).toBeGreaterThan(spine.at);
  expect(told(spine.alarm())).toEqual(['place.timedOut -> failed']);
});

test('an order without an answer is taken back; only proof that the host did not take it lets another host be chosen', () => {
  const spine = ordered();
  expect(told(spine.alarm())).toEqual(['order.timedOut -> building.order']);
  expect(spine.now.context.request['withdraw']).toBe(true);
  expect(told(spine.outcome('failed', null))).toEqual(['order.failed -> building.order']);
  expect(spine.now.actor.role.kind).toBe('granted');
  expect(told(spine.outcome('failed', null, { data: { withdrawn: true, retry: true, host: HOST } }))).toEqual([
    'order.failed -> building.place',
  ]);
  expect(spine.now.actor.role).toEqual({ kind: 'owner', epoch: 1 });
  expect(spine.now.context.hostsTried).toEqual([HOST]);
});

test('an order that was taken back without another host to try ends as failed', () => {
  const spine = ordered();
  expect(told(spine.outcome('failed', null, { data: { withdrawn: true } }))).toEqual(['order.failed -> failed']);
});

test('a host that fenced an order takes it no more, and a fence does not hit what was adopted', () => {
  const late = new Scenario();
  expect(told(late.take({ kind: 'link', link: { kind: 'fence', epoch: 1 } }))).toEqual(['fence -> closed']);
  expect(told(late.take({ kind: 'link', link: orderOf(ordered()) }))).toEqual(['nothing: stale']);
  const { host } = adopted();
  expect(told(host.take({ kind: 'link', link: { kind: 'fence', epoch: 1 } }))).toEqual(['nothing: stale']);
});

test('a fence with a newer epoch makes a remnant that clears away, keeps the disks, and closes', () => {
  const host = Scenario.resting('running');
  expect(told(host.take({ kind: 'link', link: { kind: 'fence', epoch: 2 } }))).toEqual(['fence -> remnant(2)']);
  expect(host.due).toEqual([`destroy@${host.op}`]);
  expect(host.order('stop')).toMatchObject({ answer: { guard: 'roleOwner' } });
  expect(told(host.outcome('failed', seen()))).toEqual(['destroy.failed -> remnant(2)']);
  expect(host.now.actor.due[0]?.notBefore).not.toBeNull();
  expect(told(host.alarm())).toEqual(['destroy.timedOut -> remnant(2)']);
  expect(told(host.outcome('done', { ...EMPTY, disks: ['root'] }))).toEqual(['cleaned -> closed']);
});

test('delete while a host may take the order withdraws it first; the instance is then deleted on the spine', () => {
  const spine = ordered();
  expect(told(spine.order('delete'))).toEqual(['destroy.requested -> deleting.order']);
  expect(spine.now.context.request).toEqual({ withdraw: true, host: HOST, epoch: 1 });
  expect(told(spine.alarm())).toEqual(['order.timedOut -> deleting.order']);
  expect(told(spine.outcome('failed', null, { data: { withdrawn: true } }))).toEqual([
    'order.failed -> deleting.destroy',
  ]);
  expect(told(spine.alarm())).toEqual(['destroy.timedOut -> deleting.destroy']);
  expect(told(spine.outcome('done', null))).toEqual(['destroy.done -> deleted', 'closed -> closed']);
});

test('delete while a host has taken the order is handed over, and ends when the host says so', () => {
  const spine = ordered();
  spine.order('delete');
  expect(told(spine.outcome('done', null, { data: { host: HOST } }))).toEqual(['order.done -> deleting.destroy']);
  expect(spine.due).toEqual([]);
  const link: Link = {
    kind: 'returned',
    host: HOST,
    epoch: 1,
    seq: 5,
    outcome: 'deleted',
    failure: null,
    hostsTried: [],
    retry: false,
    command: null,
  };
  expect(told(spine.take({ kind: 'link', link }))).toEqual(['returned -> deleted', 'closed -> closed']);
});

test('delete of an instance that the spine owns ends there', () => {
  const spine = new Scenario({ host: SPINE });
  spine.order('create', { spec: SPEC as never });
  expect(told(spine.order('delete'))).toEqual(['destroy.requested -> deleting.destroy']);
  expect(told(spine.outcome('done', EMPTY))).toEqual(['destroy.done -> deleted', 'closed -> closed']);
});

test('once a host holds the instance, the spine refuses commands and names the host', () => {
  const { spine } = adopted();
  expect(spine.order('delete')).toMatchObject({
    answer: { guard: 'roleOwner', fact: 'host alpha holds the instance (epoch 1): it is asked there' },
  });
});

/** The spec that an event of the last message stores, if any. */
const specIn = ({ entries }: Scenario): InstanceSpec | undefined =>
  entries.at(-1)?.message.events.find(({ data }) => data?.['spec'] !== undefined)?.data?.['spec'] as never;

test('an offloaded instance comes back to the spine with its image, and is unshelved from it on another host', () => {
  const { spine, host } = adopted({ spec: SPEC });
  host.outcome('done', seen({ mark: host.mark }));
  host.order('lock', { reason: 'audit' }, { by: OPERATOR });
  host.order('shelve', {}, { by: OPERATOR });
  host.outcome('done', seen({ power: 'off' }));
  const image = { sha256: 'd'.repeat(64), name: 'whatever', format: 'qcow2', bytes: 7, virtualBytes: 2 ** 30 };
  host.outcome('done', seen({ power: 'off' }), { data: { result: image } });
  expect(host.value).toBe('shelved');
  const shelved = specIn(host) as InstanceSpec;
  expect(shelved).toEqual({ ...SPEC, shelved: { ...image, name: 'web-shelved' } });

  host.order('offload', {}, { by: OPERATOR });
  expect(told(host.outcome('done', EMPTY))).toEqual(['destroy.done -> offloaded', 'released -> closed']);
  const from = { host: HOST, seq: host.seq, command: null };
  spine.take({ kind: 'link', link: returnedLink(host.now, from, true, shelved) });
  expect(spine.now).toMatchObject({ value: 'offloaded', parts: { lock: { name: 'grace' } } });
  expect(specIn(spine)).toEqual(shelved);

  expect(told(spine.order('unshelve', { host: 'beta' }, { by: OPERATOR }))).toEqual([
    'unshelve.requested -> unshelving.place',
  ]);
  const [place] = spine.now.actor.due;
  expect(argumentsOf(spine.now, shelved, place as never)).toMatchObject({ onHost: 'beta' });
  spine.outcome('done', null, { data: { host: 'beta' } });
  const beta = new Scenario({ host: 'beta' as never, spec: shelved });
  beta.take({ kind: 'link', link: adoptOrder(spine.now, shelved, { host: SPINE, seq: spine.seq }) });
  expect(beta.value).toBe('unshelving.spawn');
  const [due] = beta.now.actor.due;
  expect(argumentsOf(beta.now, shelved, due as never)).toMatchObject({ imageMeta: { id: image.sha256 } });
  beta.outcome('done', seen({ mark: beta.mark }));
  // What is on its disk counts from now on, and that rests on the image; what it was first made from is what a rebuild starts from.
  expect(specIn(beta)).toEqual({ ...SPEC, restsOn: { ...image, name: 'web-shelved' } });
  expect(beta.now).toMatchObject({ value: 'running', parts: { lock: { reason: 'audit' } } });
});

test('a shelve whose image was not made is no shelve', () => {
  const { host } = adopted({ spec: SPEC });
  host.outcome('done', seen({ mark: host.mark }));
  host.order('shelve');
  host.outcome('done', seen({ power: 'off' }));
  expect(told(host.outcome('done', seen({ power: 'off' })))).toEqual(['snapshot.done -> reconciling.probe']);
});
