/** The addresses of a guest on a bridge, which libvirt gives none: by its agent, by the hosts' neighbour tables, before and after a move. */
import { readFileSync } from 'node:fs';
import { guestAgent, guestReady, until } from '@chronovirt/testing/lab';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { queryContext } from '../testing/effect-context.ts';
import { MoveLab, MovingGuest } from '../testing/move-lab.ts';

/** Injected files come in a row: the second is the agent. */
const WITH_AGENT = `#!/bin/sh
lab-count
mkdir /run/agent
tar xzf /config/openstack/content/0001 -C /run/agent
port=$(grep -l org.qemu.guest_agent.0 /sys/class/virtio-ports/*/name)
cd /run/agent
lib/ld-linux-x86-64.so.2 --library-path lib ./qemu-ga -d -m virtio-serial -p "/dev/$(basename "$(dirname "$port")")" -t /run -f /run/agent.pid
`;

let lab: MoveLab;
let guest: MovingGuest;
let ip: string;
beforeAll(async () => {
  lab = await MoveLab.start('addresses');
  const agent = readFileSync(await guestAgent()).toString('base64');
  guest = await MovingGuest.start(lab, {
    storage: 'shared',
    userData: WITH_AGENT,
    injectedFiles: [['/agent.tar.gz', agent]],
  });
  ip = guestReady(guest.console('a'))!.ip!;
  await until(async () => (await agentSays('guest-ping')) !== null, { timeoutMs: 60_000, what: 'the agent answers' });
}, 240_000);
afterAll(() => lab?.stop());

const agentSays = (execute: string, given?: object): Promise<string | null> =>
  lab.hosts.a
    .virsh('qemu-agent-command', guest.name, JSON.stringify({ execute, ...(given && { arguments: given }) }))
    .catch(() => null);
const known = async (side: 'a' | 'b'): Promise<string[]> =>
  (await guest[side].driver.addressesOf(guest.uuid, guest.args.networkInfo, queryContext())).map(
    ({ mac, address, source }) => `${mac === guest.args.networkInfo[0]!.address ? '' : mac} ${address} ${source}`,
  );
const forgetNeighbours = (side: 'a' | 'b'): Promise<string> => lab.hosts[side].exec(['ip', 'neigh', 'flush', 'all']);
const took = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

it('are what its agent says, on whichever host it runs', async () => {
  await forgetNeighbours('a');
  expect(await known('a')).toEqual([` ${ip} agent`]);
  await guest.check();
  await guest.prepare();
  await guest.move();
  await guest.arrive();
  await expect(known('a')).rejects.toMatchObject({ code: 'INSTANCE_NOT_FOUND' });
  await forgetNeighbours('b');
  expect(await known('b')).toEqual([` ${ip} agent`]);
});

it('are not waited for when its agent goes silent, and nothing else waits behind that', async () => {
  await lab.hosts.b.virsh(
    'qemu-agent-command',
    guest.name,
    JSON.stringify({
      execute: 'guest-exec',
      arguments: { path: '/bin/sh', arg: ['-c', 'kill -STOP $(cat /run/agent.pid); echo SILENT > /dev/ttyS0'] },
    }),
  );
  await until(() => /^SILENT\r?$/m.test(guest.console('b')), { what: 'the agent stands still' });
  await forgetNeighbours('b');
  const waited = took(async () => expect(await known('b')).toEqual([]));
  const looks = await took(() => Promise.all(Array.from({ length: 8 }, () => guest.observe('b'))));
  expect(looks).toBeLessThan(1_500);
  expect(await waited).toBeLessThan(4_000);
  // It owes an answer still, so it is not asked again.
  expect(await took(() => known('b'))).toBeLessThan(1_500);
});

it('are what the host’s neighbour table says when no agent does: none before the host has spoken with it', async () => {
  expect(await known('b')).toEqual([]);
  await lab.hosts.b.exec(['ping', '-c', '1', '-W', '10', ip]);
  expect(await known('b')).toEqual([` ${ip} arp`]);
});

it('are none when the guest is off; one that is not here is not known', async () => {
  await lab.hosts.b.virsh('destroy', guest.name);
  expect(await known('b')).toEqual([]);
  await guest.clear('b', false);
  await expect(known('b')).rejects.toMatchObject({ code: 'INSTANCE_NOT_FOUND' });
});
