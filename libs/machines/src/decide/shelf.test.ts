import { type ImageRef, type InstanceSpec } from '@chronovirt/contract';
import { expect, test } from 'vitest';
import { specToAdopt } from '../actor/links.ts';
import { argumentsOf } from '../arguments.ts';
import { EMPTY, Scenario, seen, SPEC } from '../testing/scenario.ts';

const image = (digit: string): ImageRef => ({
  sha256: digit.repeat(64),
  name: 'web-shelved',
  format: 'qcow2',
  bytes: 7,
  virtualBytes: 2 ** 30,
});
const [older, newer] = [image('d'), image('e')];
const unshelved: InstanceSpec = { ...SPEC, restsOn: older };
const OFF = seen({ power: 'off' });

/** The spec that an event of the last message stores; undefined = nothing new. */
const stored = ({ entries }: Scenario): unknown =>
  entries.at(-1)?.message.events.find(({ data }) => data?.['spec'] !== undefined)?.data?.['spec'];

test('what a disk rests on is needed as long as the disk is there, shelved or not, and no longer', () => {
  const first = Scenario.resting('stopped', { spec: unshelved });
  first.order('shelve');
  first.outcome('done', OFF);
  first.outcome('done', OFF, { data: { result: newer } });
  expect(stored(first)).toEqual({ ...SPEC, restsOn: older, shelved: newer });

  const started = Scenario.resting('shelved', { spec: { ...unshelved, shelved: newer } });
  started.order('unshelve');
  started.outcome('done', seen({ mark: started.mark }));
  expect(stored(started)).toEqual(unshelved);

  const offloaded = Scenario.resting('shelved', { spec: { ...unshelved, shelved: newer } });
  offloaded.order('offload');
  offloaded.outcome('done', EMPTY);
  expect(offloaded.value).toBe('offloaded');
  expect(stored(offloaded)).toEqual({ ...SPEC, shelved: newer });
});

test.each([
  ['from what it was first made from', undefined, SPEC],
  ['from another image', image('f'), { ...SPEC, image: image('f') }],
])('a rebuild %s rests on nothing of before', (_, asked, wanted) => {
  const instance = Scenario.resting('running', { spec: unshelved });
  instance.order('rebuild', asked === undefined ? {} : { image: asked as never });
  instance.outcome('done', EMPTY);
  expect(stored(instance)).toBeUndefined();
  instance.outcome('done', seen({ mark: instance.mark }));
  expect(stored(instance)).toEqual(wanted);
});

test('an unshelve that breaks off halfway may have left a disk: it rests on the shelf, and the shelf is kept', () => {
  const adopted = specToAdopt({ ...SPEC, shelved: newer }, 'unshelving.spawn');
  expect(adopted).toEqual({ ...SPEC, shelved: newer, restsOn: newer });
  const instance = Scenario.in('unshelving.spawn', {
    spec: adopted,
    context: { origin: 'offloaded', goal: 'running' },
  });
  instance.outcome('failed', OFF, { error: { code: 'CALL_FAILED', message: 'it was killed' } as never });
  while (instance.value !== 'failed') instance.outcome('done', OFF);
  expect(
    instance.entries.some(({ message }) =>
      message.events.some(({ type, data }) => type !== 'adopted' && data?.['spec'] !== undefined),
    ),
  ).toBe(false);
  instance.order('hardReboot');
  instance.outcome('done', seen({ mark: instance.mark }));
  expect(instance.value).toBe('running');
  expect(stored(instance)).toEqual({ ...SPEC, restsOn: newer });
});

test('a shelved guest that was lost with its host is made again from its shelf; any other one from its image', () => {
  const evacuated = (spec: InstanceSpec): Scenario => {
    const adopted = specToAdopt(spec, 'migrating.spawn');
    return Scenario.in('migrating.spawn', { spec: adopted, context: { origin: null, goal: 'running' } });
  };
  const imageOf = ({ now }: Scenario, spec: InstanceSpec): unknown =>
    argumentsOf(now, spec, now.actor.due[0] as never)['imageMeta'];
  const shelved = { ...unshelved, shelved: newer };
  const fromShelf = evacuated(shelved);
  expect(imageOf(fromShelf, shelved)).toMatchObject({ id: newer.sha256 });
  fromShelf.outcome('done', seen({ mark: fromShelf.mark }));
  expect(stored(fromShelf)).toEqual({ ...SPEC, restsOn: newer });
  const fromImage = evacuated(unshelved);
  expect(specToAdopt(unshelved, 'migrating.spawn')).toEqual(SPEC);
  expect(imageOf(fromImage, unshelved)).toMatchObject({ id: SPEC.image.sha256 });
});
