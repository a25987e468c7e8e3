/** Snapshots of a real guest in which QEMU's agent runs: its file systems stand still for the moment that the image shows, or there is no image. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ArgsOf, EffectContext, ImageRef } from '@chronovirt/contract';
import { guestAgent, guestCount, guestReady, until } from '@chronovirt/testing/lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { effectContext, queryContext } from '../testing/effect-context.ts';
import { startLabHost } from '../testing/lab-host.ts';
import type { LabHost } from '../testing/lab-host.ts';
import { whySilent } from '../testing/why-silent.ts';

/**
 * Unpacks the agent, which comes as a file, and starts it with a hook that it runs before each freeze and after each thaw. Before a freeze
 * it writes what no `sync` follows: only frozen file systems have it on the disk a moment later.
 */
const WITH_AGENT = `#!/bin/sh
lab-count
cat > /run/hook <<'END'
#!/bin/sh
[ "$1" = freeze ] && [ -e /run/refuse ] && exit 1
[ "$1" = freeze ] && echo "written $(cat /proc/sys/kernel/random/boot_id) before the freeze" >> /persist/written
echo "HOOK $1" > /dev/ttyS0
END
chmod 755 /run/hook
mkdir /run/agent
tar xzf /config/openstack/content/0000 -C /run/agent
port=$(grep -l org.qemu.guest_agent.0 /sys/class/virtio-ports/*/name)
cd /run/agent
lib/ld-linux-x86-64.so.2 --library-path lib ./qemu-ga -d -m virtio-serial -p "/dev/$(basename "$(dirname "$port")")" -t /run -f /run/agent.pid -F/run/hook
echo "AGENT $?" > /dev/ttyS0
`;

let lab: LabHost;
let args: ArgsOf<'spawn'>;
beforeAll(async () => {
  lab = await startLabHost('quiesce');
  const agent = readFileSync(await guestAgent()).toString('base64');
  const plain = lab.spawnArgs({
    userData: WITH_AGENT,
    systemMetadata: { image_os_require_quiesce: 'yes', image_hw_qemu_guest_agent: 'yes' },
  });
  args = { ...plain, injectedFiles: [['/agent.tar.gz', agent]] };
  await lab.driver.spawn(args, at(1));
  const why = whySilent(lab, args.instance.uuid);
  await until(() => guestReady(consoleText()), { timeoutMs: 120_000, what: 'the guest is up', why });
  await until(async () => (await agentSays('guest-ping').catch(() => null)) !== null, {
    timeoutMs: 60_000,
    what: 'the agent answers',
  });
}, 240_000);
afterAll(() => lab?.stop());

const at = (op: number, wishes: Parameters<typeof effectContext>[1] = {}): EffectContext =>
  effectContext(args.instance.uuid, { ...wishes, mark: { epoch: 1, op } });
const consoleText = (): string => readFileSync(join(lab.instances, args.instance.uuid, 'console.log'), 'latin1');
const hooks = (): string[] => [...consoleText().matchAll(/^HOOK (\w+)\r?$/gm)].map(([, name = '']) => name);
const command = (execute: string, given?: object): string[] => [
  'qemu-agent-command',
  args.instance.name,
  JSON.stringify({ execute, ...(given && { arguments: given }) }),
];
const agentSays = async (execute: string, given?: object): Promise<unknown> =>
  (JSON.parse(await lab.libvirt.virsh(...command(execute, given))) as { return: unknown }).return;
/** Runs a program in the guest, to its end. */
async function inGuest(path: string, ...arg: string[]): Promise<void> {
  const { pid } = (await agentSays('guest-exec', { path, arg })) as { pid: number };
  const ended = async (): Promise<boolean> =>
    ((await agentSays('guest-exec-status', { pid })) as { exited: boolean }).exited;
  await until(ended, { timeoutMs: 20_000, what: `${path} ends in the guest` });
}
const snapshot = (context: EffectContext, instance = args.instance): Promise<ImageRef> =>
  lab.driver.snapshot({ ...args, instance, imageId: 'evening', updateTaskState: async () => {} }, context);
const images = (): string[] => {
  const kept = join(lab.instances, '_images');
  return existsSync(kept)
    ? readdirSync(kept)
        .filter((name) => /^[0-9a-f]{64}$/.test(name))
        .toSorted()
    : [];
};

/** How often the guest wrote in its hook, as the image of its disk has it. */
async function writtenIn({ sha256 }: ImageRef): Promise<number> {
  const raw = join(lab.instances, 'raw');
  await promisify(execFile)('qemu-img', ['convert', '-O', 'raw', join(lab.instances, '_images', sha256), raw]);
  return readFileSync(raw, 'latin1').match(/written \S+ before the freeze\n/g)?.length ?? 0;
}

async function goesOn(): Promise<void> {
  expect(await agentSays('guest-fsfreeze-status')).toBe('thawed');
  expect(await lab.driver.observe(args.instance.uuid, queryContext())).toMatchObject({
    domain: 'defined',
    power: 'on',
    busy: null,
    leftovers: [],
  });
  const before = guestCount(consoleText());
  await until(() => guestCount(consoleText()) > before, { timeoutMs: 30_000, what: 'the guest counts on' });
}

it('freezes the guest for the moment that the image shows, and thaws it', async () => {
  const image = await snapshot(at(2));
  expect(hooks()).toEqual(['freeze', 'thaw']);
  expect(await writtenIn(image)).toBe(1);
  expect(image).toMatchObject({ properties: { os_require_quiesce: 'yes', hw_qemu_guest_agent: 'yes' } });
  await goesOn();
});

it('makes no image where the agent refuses; one as after a loss of power where the image does not forbid that', async () => {
  await inGuest('/bin/touch', '/run/refuse');
  const before = images();
  await expect(snapshot(at(3))).rejects.toMatchObject({ code: 'INSTANCE_QUIESCE_FAILED' });
  expect(images()).toEqual(before);
  await goesOn();
  await snapshot(at(4), { ...args.instance, systemMetadata: {} });
  await goesOn();
  await inGuest('/bin/rm', '/run/refuse');
});

it('makes no image where somebody thaws the guest in between', async () => {
  const before = images();
  const thawed = at(5, {
    // Third, after the copy and the freeze: the copy is let go of.
    onCheck: (count) => {
      if (count === 3) execFileSync('virsh', ['-q', '-c', lab.libvirt.uri, ...command('guest-fsfreeze-thaw')]);
      return true;
    },
  });
  await expect(snapshot(thawed)).rejects.toMatchObject({
    code: 'INSTANCE_QUIESCE_FAILED',
    message: expect.stringContaining('somebody else has thawed them'),
  });
  expect(images()).toEqual(before);
  await goesOn();
});

it('makes no image of a guest that stands still: its agent does, too', async () => {
  const before = images();
  await lab.driver.pause(args, at(6));
  await expect(snapshot(at(7))).rejects.toMatchObject({ code: 'INSTANCE_QUIESCE_FAILED' });
  expect(images()).toEqual(before);
  await lab.driver.unpause(args, at(8));
  await goesOn();
});
