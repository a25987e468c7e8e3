import { isEmpty } from '@chronovirt/contract';
import { expect, test } from 'vitest';
import { AgentWorld } from './agent-world.ts';

test('a guest is built, paused, rebooted and deleted', async () => {
  const world = new AgentWorld({ profile: 'lively' });
  const { agent, spec } = await world.running();
  expect(world.state(spec.uuid).value).toBe('running');
  for (const [name, value] of [
    ['pause', 'paused'],
    ['unpause', 'running'],
    ['reboot', 'running'],
    ['suspend', 'suspended'],
    ['resume', 'running'],
    ['stop', 'stopped'],
    ['start', 'running'],
    ['hardReboot', 'running'],
    ['delete', 'deleted'],
  ] as const) {
    const reply = await world.command(agent, spec.uuid, name);
    expect(reply).toMatchObject({ kind: 'answer', answer: { kind: 'accepted' } });
    expect((await world.rests(spec.uuid)).value).toBe(value);
  }
  const query = { signal: new AbortController().signal, deadlineMs: 1000 };
  expect(isEmpty(await world.clock.settle(agent.driver.observe(spec.uuid, query)))).toBe(true);
  expect(await world.events(spec.uuid)).toEqual(
    'adopted spawn.done pause.requested pause.done unpause.requested unpause.done reboot.requested reboot.done suspend.requested suspend.done resume.requested resume.done powerOff.requested powerOff.done powerOn.requested powerOn.done reboot.requested reboot.done destroy.requested destroy.done closed'.split(
      ' ',
    ),
  );
});
