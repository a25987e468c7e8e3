import { describe, expect, test } from 'vitest';
import { argumentsOf } from '../arguments.ts';
import { novaStates } from '../nova-states.ts';
import { fold } from '../reading/fold.ts';
import { verify } from '../reading/verifier.ts';
import { EMPTY, OPERATOR, Scenario, seen, shows, SPEC, told } from '../testing/scenario.ts';

const image = (n: number) => ({
  sha256: String(n).repeat(64),
  name: 'whatever',
  format: 'qcow2',
  bytes: 7,
  virtualBytes: 2 ** 30,
});
const made = (n: number): { data: { result: ReturnType<typeof image> } } => ({ data: { result: image(n) } });

/** Orders a backup and lets it be made; what is then due is its rotation, if any. */
function backUp(instance: Scenario, n: number, rotation = 2, name = 'nightly'): string[] {
  instance.order('backup', { name, rotation });
  return told(instance.outcome('done', seen(), made(n)));
}

const argsOf = ({ now }: Scenario): Readonly<Record<string, unknown>> =>
  argumentsOf(now, SPEC, now.actor.due[0] as never);

describe('a snapshot', () => {
  test.each(['running', 'stopped', 'paused', 'suspended'] as const)('of a %s guest leaves it as it is', (state) => {
    const instance = Scenario.resting(state);
    expect(told(instance.order('snapshot', { name: 'before-upgrade' }))).toEqual(['snapshot.requested -> capturing']);
    expect(instance.due).toEqual([`snapshot@${instance.op}`]);
    expect(instance.value).toBe(state);
    expect(told(instance.outcome('done', shows(state), made(1)))).toEqual(['snapshot.done -> idle']);
    expect(instance.value).toBe(state);
    expect(instance.now.parts).toMatchObject({ image: 'idle' });
    expect(instance.due).toEqual([]);
  });

  test('stands in the history with the image that was made, under the name that was asked for', () => {
    const instance = Scenario.resting('running');
    instance.order('snapshot', { name: 'before-upgrade' });
    instance.outcome('done', seen(), made(1));
    const images = instance.entries.flatMap(({ message }) =>
      message.events.map(({ data }) => data?.['image'] ?? []).flat(),
    );
    expect(images).toEqual([{ ...image(1), name: 'before-upgrade' }]);
    expect(fold(instance.entries)).toEqual(instance.state);
    expect(verify(instance.entries)).toMatchObject({ ok: true });
  });

  test('is made under the name that was asked for, in each run', () => {
    const instance = Scenario.resting('running');
    instance.order('snapshot', { name: 'a' });
    const first = argsOf(instance);
    expect(first).toMatchObject({ imageId: 'a', instance: { taskState: 'image_snapshot' } });
    instance.take({ kind: 'resume', op: instance.op, attempt: 2 });
    expect(argsOf(instance)).toEqual(first);
    instance.outcome('done', seen(), made(1));
    instance.order('backup', { name: 'b', rotation: 1 });
    expect(argsOf(instance)).toMatchObject({ imageId: 'b', instance: { taskState: 'image_backup' } });
  });

  test('of a shelf is named after the instance', () => {
    const instance = Scenario.resting('stopped');
    instance.order('shelve');
    instance.outcome('done', seen({ power: 'off' }));
    expect(argsOf(instance)).toMatchObject({
      imageId: 'web-shelved',
      instance: { taskState: 'shelving_image_uploading' },
    });
  });

  test('is not made of a guest that is on its way somewhere, nor of one that was never to be one', () => {
    const instance = Scenario.resting('running');
    instance.order('reboot');
    expect(instance.order('snapshot', { name: 'a' })).toMatchObject({ answer: { guard: 'state' } });
    expect(Scenario.resting('shelved').order('snapshot', { name: 'a' })).toMatchObject({
      answer: { guard: 'state', path: ['unshelve'] },
    });
  });

  test('ignores the lock, as it changes nothing', () => {
    const instance = Scenario.resting('running');
    instance.order('lock', {}, { by: OPERATOR });
    expect(told(instance.order('snapshot', { name: 'a' }))).toEqual(['snapshot.requested -> capturing']);
  });

  test('makes every command but delete and the lock wait, another snapshot too', () => {
    const instance = Scenario.resting('running');
    instance.order('snapshot', { name: 'a' });
    for (const command of ['stop', 'hardReboot', 'reset', 'shelve'] as const)
      expect(instance.order(command)).toMatchObject({ answer: { guard: 'imageIdle' } });
    expect(instance.order('snapshot', { name: 'b' })).toMatchObject({ answer: { guard: 'imageIdle' } });
    expect(told(instance.order('lock'))).toEqual(['locked -> byOwner']);
  });

  test('is cut short by a delete, and its outcome is late then', () => {
    const instance = Scenario.resting('running');
    instance.order('snapshot', { name: 'a' });
    const { op } = instance;
    expect(told(instance.order('delete'))).toEqual(['destroy.requested -> deleting.destroy']);
    expect(instance.due).toEqual([`destroy@${op + 1}`]);
    expect(instance.now.parts.image).toBe('idle');
    const late = { kind: 'outcome', op, epoch: 1, method: 'snapshot', result: 'done', observation: seen() } as const;
    expect(told(instance.take(late))).toEqual(['late -> deleting.destroy']);
  });

  test('ends with the ownership', () => {
    const instance = Scenario.resting('running');
    instance.order('snapshot', { name: 'a' });
    instance.take({ kind: 'link', link: { kind: 'fence', epoch: 4 } });
    expect(instance.now.parts.image).toBe('idle');
    expect(instance.due).toEqual([`destroy@${instance.op}`]);
  });

  test.each([
    ['failed', (one: Scenario) => one.outcome('failed', seen())],
    ['timedOut', (one: Scenario) => one.alarm()],
    ['failed', (one: Scenario) => one.outcome('done', seen())],
    ['timedOut', (one: Scenario) => one.take({ kind: 'resume', op: one.op, attempt: 9 })],
  ] as const)('that %s leaves the guest as it was, and the history says why', (end, happens) => {
    const instance = Scenario.resting('running');
    instance.order('snapshot', { name: 'a' });
    expect(told(happens(instance))).toEqual([`snapshot.${end} -> idle`]);
    expect(instance.value).toBe('running');
    expect(instance.now.parts.backups).toBeUndefined();
    const data = instance.entries.at(-1)?.message.events[0]?.data;
    expect(data?.['error'] ?? data?.['why']).toBeTruthy();
  });

  test('during which the guest went down is looked at in the same turn', () => {
    const instance = Scenario.resting('running');
    instance.order('snapshot', { name: 'a' });
    expect(told(instance.outcome('failed', seen({ power: 'off', reason: 'destroyed' })))).toEqual([
      'snapshot.failed -> idle',
      'observed.stopped -> stopping.powerOff',
    ]);
  });

  test('shows Nova’s task state', () => {
    const instance = Scenario.resting('running');
    instance.order('snapshot', { name: 'a' });
    expect(novaStates(instance.now)).toMatchObject({ vmState: 'active', taskState: 'image_snapshot' });
    instance.outcome('done', seen(), made(1));
    instance.order('backup', { name: 'a', rotation: 1 });
    expect(novaStates(instance.now)).toMatchObject({ taskState: 'image_backup' });
  });

  test('is not begun where the driver has no such method, nor where no host holds the guest', () => {
    const facts = { implements: new Set(['snapshot']) };
    const instance = Scenario.resting('running', { facts });
    expect(instance.order('backup', { name: 'a', rotation: 1 })).toMatchObject({
      answer: { guard: 'driverImplements', fact: 'the driver of alpha does not have removeImages' },
    });
  });
});

describe('a backup', () => {
  test('is kept; what is beyond the rotation is removed, the oldest first', () => {
    const instance = Scenario.resting('running');
    expect(backUp(instance, 1)).toEqual(['snapshot.done -> idle']);
    expect(backUp(instance, 2)).toEqual(['snapshot.done -> idle']);
    expect(backUp(instance, 3)).toEqual(['snapshot.done -> rotating']);
    expect(argsOf(instance)).toEqual({ images: ['1'.repeat(64)] });
    expect(told(instance.outcome('done', seen()))).toEqual(['removeImages.done -> idle']);
    expect(instance.now.parts.backups?.map(({ sha256 }) => sha256[0])).toEqual(['2', '3']);
  });

  test('counts by name', () => {
    const instance = Scenario.resting('running');
    backUp(instance, 1, 1, 'daily');
    expect(backUp(instance, 2, 1, 'weekly')).toEqual(['snapshot.done -> idle']);
    expect(instance.now.parts.backups).toHaveLength(2);
  });

  test('with the content of another one that is kept takes no file away with it', () => {
    const instance = Scenario.resting('running');
    backUp(instance, 1, 1);
    expect(backUp(instance, 1, 1)).toEqual(['snapshot.done -> idle']);
    expect(instance.now.parts.backups).toHaveLength(1);
  });

  test('whose replaced ones cannot be removed is made all the same; they go with the next', () => {
    const instance = Scenario.resting('running');
    backUp(instance, 1, 1);
    backUp(instance, 2, 1);
    expect(told(instance.outcome('failed', seen()))).toEqual(['removeImages.failed -> rotating']);
    const [due] = instance.now.actor.due;
    expect(due?.notBefore).toBeGreaterThan(instance.at);
    instance.outcome('failed', seen());
    expect(told(instance.outcome('failed', seen()))).toEqual(['removeImages.failed -> idle']);
    expect(instance.now.parts.backups).toHaveLength(2);
    backUp(instance, 3, 1);
    expect(argsOf(instance)).toEqual({ images: ['1'.repeat(64), '2'.repeat(64)] });
    instance.outcome('done', seen());
    expect(instance.now.parts.backups?.map(({ sha256 }) => sha256[0])).toEqual(['3']);
  });

  test('is refused when more would be kept than a record can bear', () => {
    const instance = Scenario.resting('running');
    backUp(instance, 1, 2, 'daily');
    expect(instance.order('backup', { name: 'weekly', rotation: 32 })).toMatchObject({
      answer: { guard: 'backupRoom', fact: expect.stringContaining('would make it 33') as string },
    });
    expect(told(instance.order('backup', { name: 'weekly', rotation: 31 }))).toEqual(['backup.requested -> capturing']);
  });

  test('is remembered across restarts, and folds to the same record', () => {
    const instance = Scenario.resting('running');
    for (const n of [1, 2, 3]) {
      backUp(instance, n);
      if (instance.due.length > 0) instance.outcome('done', seen());
    }
    expect(fold(instance.entries)).toEqual(instance.state);
    instance.order('delete');
    instance.outcome('done', EMPTY);
    expect(verify(instance.entries)).toMatchObject({ ok: true });
  });
});
