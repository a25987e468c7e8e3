import { describe, expect, test } from 'vitest';
import { isMethodName, parseArguments, type Due, type InstanceSpec } from '@chronovirt/contract';
import { dueEffects } from './actor/role.ts';
import { argumentsOf } from './arguments.ts';
import { EMPTY, ordered, Scenario, seen, SPEC } from './testing/scenario.ts';

const secret = { object: 'x', sha256: 'c'.repeat(64), bytes: 10 };
const spec: InstanceSpec = {
  ...SPEC,
  flavor: { ...SPEC.flavor, ephemeralGiB: 2, swapMiB: 64 },
  sshKeys: ['ssh-ed25519 AAAA ada', 'ssh-ed25519 BBBB'],
  ports: [
    ...SPEC.ports,
    { id: '5d0f7c7e-0000-4000-8000-000000000002', mac: '52:54:00:00:00:02', network: { kind: 'bridge', name: 'br0' } },
  ],
  secrets: { userData: secret, adminPassword: secret, injectedFiles: secret },
};

const dueOf = (instance: Scenario): Due => dueEffects(instance.now)[0] as Due;
const argsOf = (instance: Scenario, of: InstanceSpec = spec): Readonly<Record<string, unknown>> =>
  argumentsOf(instance.now, of, dueOf(instance));

/** What the runtime does before it calls a driver: references become what they refer to. */
function revealed(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => revealed(one));
  if (typeof value !== 'object' || value === null) return value;
  if ('sha256' in value && 'object' in value) return name === 'injectedFiles' ? [['/etc/motd', 'aGk=']] : 'opened';
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, revealed(field, key)]));
}

const commands = ['stop', 'reboot', 'hardReboot', 'pause', 'suspend', 'rescue', 'softDelete', 'delete'] as const;
const others = [
  ['stopped', 'start'],
  ['paused', 'unpause'],
  ['suspended', 'resume'],
  ['rescued', 'unrescue'],
  ['trashed', 'restore'],
] as const;

describe('the arguments of what is due', () => {
  test.each([...commands.map((command) => ['running', command] as const), ...others])(
    '%s, %s: fit the contract',
    (state, command) => {
      const instance = Scenario.resting(state);
      instance.order(command);
      const { method } = dueOf(instance);
      expect(isMethodName(method)).toBe(true);
      expect(() => parseArguments(method as never, revealed(argsOf(instance)) as never)).not.toThrow();
    },
  );

  test('of a build: everything of the spec, secrets as references', () => {
    const instance = Scenario.in('building.spawn', { context: { goal: 'running' } });
    const args = argsOf(instance);
    expect(args).toMatchObject({
      context: { requestId: 'op-3' },
      adminPassword: secret,
      injectedFiles: secret,
      instance: {
        name: `instance-${SPEC.uuid}`,
        hostname: 'web',
        userData: secret,
        keyData: 'ssh-ed25519 AAAA ada\nssh-ed25519 BBBB',
        vmState: 'building',
        taskState: 'spawning',
      },
      imageMeta: { id: 'a'.repeat(64), diskFormat: 'qcow2', minDisk: 1 },
      networkInfo: [
        { type: 'network', address: '52:54:00:00:00:01', network: { label: 'chronovirt', bridge: null } },
        { type: 'bridge', network: { bridge: 'br0' } },
      ],
      blockDeviceInfo: { swap: { swapSize: 64 }, ephemerals: [{ num: 0, size: 2 }] },
    });
    expect(() => parseArguments('spawn', revealed(args) as never)).not.toThrow();
    expect(argsOf(instance, SPEC)).toMatchObject({ injectedFiles: [], adminPassword: null, blockDeviceInfo: null });
  });

  test('are the same after a crash', () => {
    const instance = Scenario.resting('running');
    instance.order('stop', { timeoutSeconds: 7 });
    const before = argsOf(instance);
    instance.take({ kind: 'resume', op: instance.op, attempt: 2 });
    expect(argsOf(instance)).toEqual(before);
    expect(before).toMatchObject({ timeout: 7, retryInterval: 10 });
  });

  test('a guest that is stopped by policy gets its time too', () => {
    const instance = Scenario.resting('stopped');
    instance.look(seen());
    expect(argsOf(instance)).toMatchObject({ timeout: 60 });
  });

  test('a guest gets as long to shut down as its image says, unless an order says otherwise, and the deadline outlasts it', () => {
    const slow = { ...SPEC, image: { ...SPEC.image, properties: { os_shutdown_timeout: '900' } } };
    for (const [command, args, seconds] of [
      ['stop', {}, 900],
      ['stop', { timeoutSeconds: 7 }, 7],
      ['shelve', {}, 900],
      ['rescue', {}, 900],
    ] as const) {
      const instance = Scenario.resting('running', { spec: slow });
      instance.order(command, args);
      expect(argsOf(instance, slow)).toMatchObject({ timeout: seconds });
      const [due] = instance.now.actor.due;
      expect((due?.deadline ?? 0) - instance.at).toBe(120_000 + seconds * 1000);
    }
  });

  test('a soft and a hard reboot differ', () => {
    const instance = Scenario.resting('running');
    instance.order('reboot');
    expect(argsOf(instance)).toMatchObject({ rebootType: 'SOFT' });
    instance.order('hardReboot');
    expect(argsOf(instance)).toMatchObject({ rebootType: 'HARD' });
  });

  test('a rebuild spawns from the image that was asked for', () => {
    const image = { sha256: 'b'.repeat(64), name: 'other', format: 'raw', bytes: 5, virtualBytes: 5 };
    const instance = Scenario.resting('running', { spec: SPEC });
    instance.order('rebuild', { image });
    instance.outcome('done', EMPTY);
    expect(argsOf(instance)).toMatchObject({ imageMeta: { id: image.sha256 }, instance: { imageRef: image.sha256 } });
  });

  test('a rescue and a rebuild set the password that came with the order, and no other operation does', () => {
    const given = { object: `${SPEC.uuid}.rescuePassword.1`, sha256: 'c'.repeat(64), bytes: 40 };
    const order = (command: 'rescue' | 'rebuild', args: object): Scenario => {
      const instance = Scenario.resting('running', { spec: SPEC });
      instance.order(command, args as never);
      instance.outcome('done', command === 'rescue' ? seen({ power: 'off' }) : EMPTY);
      return instance;
    };
    expect(argsOf(order('rescue', { adminPassword: given }))).toHaveProperty('rescuePassword', given);
    expect(argsOf(order('rescue', {}))).toHaveProperty('rescuePassword', secret);
    expect(argsOf(order('rescue', {}), { ...SPEC, secrets: {} })).toHaveProperty('rescuePassword', null);
    expect(argsOf(order('rebuild', { adminPassword: given }))).toHaveProperty('adminPassword', given);
    expect(argsOf(order('rebuild', {}))).toHaveProperty('adminPassword', secret);
    // A process that dies between the steps, and one that nobody knows the end of, leave it where the next one finds it.
    const lost = order('rescue', { adminPassword: given });
    lost.alarm();
    expect(lost.now.context.request).toMatchObject({ adminPassword: given });
    lost.outcome('done', seen({ power: 'off' }));
    expect(lost.now.context.request).not.toHaveProperty('adminPassword');
  });

  test('what an image says of its guests comes with the image and with the instance', () => {
    const properties = { hw_qemu_guest_agent: 'yes', os_require_quiesce: 'yes' };
    const telling = { ...SPEC, image: { ...SPEC.image, properties } };
    const instance = Scenario.resting('running', { spec: telling });
    instance.order('snapshot', { name: 'evening' });
    const systemMetadata = { image_hw_qemu_guest_agent: 'yes', image_os_require_quiesce: 'yes' };
    expect(argsOf(instance, telling)).toMatchObject({ instance: { systemMetadata } });
    const rebuilt = Scenario.resting('running', { spec: telling });
    const { sha256, ...other } = telling.image;
    rebuilt.order('rebuild', { image: { ...other, sha256: sha256.replaceAll('a', 'b'), properties: {} } });
    rebuilt.outcome('done', EMPTY);
    expect(argsOf(rebuilt, telling)).toHaveProperty('imageMeta.properties', {});
    expect(argsOf(rebuilt, telling)).toHaveProperty('instance.systemMetadata', {});
  });

  test('a remnant’s disks are kept, those of a deleted instance are not', () => {
    const remnant = Scenario.resting('running');
    remnant.take({ kind: 'link', link: { kind: 'fence', epoch: 4 } });
    expect(argsOf(remnant)).toMatchObject({ destroyDisks: false, destroySecrets: false });
    const deleted = Scenario.resting('running');
    deleted.order('delete');
    expect(argsOf(deleted)).toMatchObject({ destroyDisks: true });
    deleted.outcome('done', EMPTY);
    deleted.look(seen());
    expect(argsOf(deleted)).toMatchObject({ destroyDisks: true });
  });

  test('of the cluster’s effects: what placement and order need', () => {
    const spine = ordered();
    expect(argsOf(spine)).toEqual({ instance: SPEC.uuid, host: 'alpha', epoch: 1, withdraw: false, delete: false });
    spine.order('delete');
    expect(argsOf(spine)).toEqual({ instance: SPEC.uuid, host: 'alpha', epoch: 1, withdraw: true, delete: true });
  });

  test('a method whose arguments are not known is an error that names it', () => {
    const instance = Scenario.resting('running');
    const due = { method: 'levitate', op: 1, part: 'life', command: null };
    expect(() => argumentsOf(instance.now, SPEC, due)).toThrow('no arguments are known for levitate');
  });
});
