import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { effectContext, hostContext } from '../testing/effect-context.ts';
import { someUuid } from '../testing/records.ts';
import { Availability } from './availability.ts';
import { PowerSwitch } from './power-switch.ts';

let dir = '';
beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'orders-'))));
afterEach(() => rm(dir, { recursive: true, force: true }));

const shell = (script: string): string[] => ['sh', '-c', script];

it('answers with what the command printed, and tells a failure with what it said', async () => {
  const power = new PowerSwitch({
    reboot: shell('echo going down; echo noise >&2'),
    shutdown: shell('echo no BMC >&2; exit 3'),
  });
  expect(await power.run({ action: 'reboot' }, hostContext())).toBe('going down');
  await expect(power.run({ action: 'shutdown' }, hostContext())).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message: 'sh ended with 3: no BMC',
  });
  await expect(power.run({ action: 'startup' }, hostContext())).rejects.toMatchObject({
    code: 'NOT_IMPLEMENTED',
    message: expect.stringContaining('driver.powerCommands.startup'),
  });
  await expect(
    new PowerSwitch({ reboot: ['/no/such/program'] }).run({ action: 'reboot' }, hostContext()),
  ).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
  });
});

it('ends a command that takes too long, then the next one may begin', async () => {
  const power = new PowerSwitch({ reboot: shell(`sleep 60; echo late > ${dir}/late`), shutdown: shell('echo fine') });
  const slow = { ...effectContext(someUuid(), { timeMs: 200 }) };
  await expect(power.run({ action: 'reboot' }, slow)).rejects.toMatchObject({ code: 'COMMAND_FAILED' });
  expect(await power.run({ action: 'shutdown' }, hostContext())).toBe('fine');
});

it('what an operator said of a host outlives the agent, each host of a shared directory with its own word', async () => {
  await new Availability(dir, 'a').say({ enabled: false }, hostContext());
  await new Availability(dir, 'a').say({ maintenance: true }, hostContext());
  await new Availability(dir, 'a').say({ maintenance: false }, hostContext());
  expect(await new Availability(dir, 'a').read()).toEqual({ v: 1, enabled: false, maintenance: false });
  await expect(new Availability(dir, 'a').refuseWhenClosed()).rejects.toMatchObject({
    code: 'COMPUTE_SERVICE_UNAVAILABLE',
  });
  await new Availability(dir, 'b').refuseWhenClosed();
});

it('a damaged word opens nothing: it is told, with the file', async () => {
  await writeFile(join(dir, '_host.a.json'), '{"v":1,"enab');
  await expect(new Availability(dir, 'a').refuseWhenClosed()).rejects.toMatchObject({
    code: 'CONFIGURATION_INVALID',
    message: expect.stringContaining('_host.a.json'),
  });
  expect(await readFile(join(dir, '_host.a.json'), 'utf8')).toBe('{"v":1,"enab');
});
