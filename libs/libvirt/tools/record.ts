/**
 * `npm run record -w libs/libvirt`: records what libvirt's own client and daemon say to each other, into `src/golden`.
 * virsh talks through a proxy to a private libvirtd; each connection becomes `<name>.bin` (the packets, one after the
 * other) and `<name>.json` (who sent each). Needs root, libvirt-clients, libvirt-daemon-system and qemu-system-x86.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startPrivateLibvirt } from '../../../tools/setup/private-libvirt/start.mjs';
import { Framer } from '../src/wire/framer.ts';

const run = promisify(execFile);
const GOLDEN = new URL('../src/golden/', import.meta.url);

/** One line is one connection; commands are separated by `;`. A command that fails is recorded too. */
const TEST_DRIVER = [
  'version; hostname; uri; nodeinfo; capabilities; maxvcpus; freecell --all; nodecpumap; cpu-models x86_64; sysinfo',
  'list --all; dominfo test; domid test; domuuid test; domstate test --reason; dumpxml test; vcpuinfo test; vcpucount test; schedinfo test; domstats; domcontrol test; domfsinfo test',
  'suspend test; resume test; reboot test; setmem test 1048576; setvcpus test 1; vcpupin test 0 1; autostart test; autostart test --disable; desc test text; metadata test http://a.example/1 --key a --set <a/>; metadata test http://a.example/1',
  'snapshot-create-as test s1; snapshot-list test; snapshot-dumpxml test s1; snapshot-revert test s1; snapshot-delete test s1; managedsave test; start test; managedsave-remove test',
  'define DOMAIN; start golden; domrename golden other; destroy golden; domrename golden other; undefine other; start nobody; domifaddr test; domdisplay test; send-key test KEY_A; guestinfo test; domfsfreeze test; domfsthaw test',
  'net-list --all; net-info default; net-dumpxml default; net-dhcp-leases default; net-destroy default; net-start default; net-autostart default; net-undefine nothing; iface-list; iface-dumpxml eth1; iface-mac eth1',
  'pool-list --all; pool-info default-pool; pool-dumpxml default-pool; pool-refresh default-pool; vol-create-as default-pool v1 1M; vol-list default-pool; vol-info v1 default-pool; vol-path v1 default-pool; vol-dumpxml v1 default-pool; vol-clone v1 v2 default-pool; vol-delete v2 default-pool; vol-delete v1 default-pool',
  'nodedev-list; nodedev-dumpxml computer; nodedev-info computer; secret-list; nwfilter-list; domcapabilities; domblkstat test vda; domjobinfo test; migrate test test:///default',
];

const QEMU_DRIVER = [
  'version; nodecpustats; nodememstats; nodesuspend mem 1; domcapabilities; hypervisor-cpu-compare CPU; hypervisor-cpu-baseline CPU; allocpages 2M 0; nodesevinfo; connect',
  'pool-define-as images dir --target /var/lib/libvirt/images; pool-build images; pool-start images; vol-create-as images disk 300K; vol-upload disk FILE images; vol-download disk FILE.back images; vol-resize disk 2M images; pool-list --all --details',
  'define DOMAIN; start golden; list; dominfo golden; domstate golden --reason; domcontrol golden; dumpxml golden; domstats golden; dommemstat golden; cpu-stats golden --total; vcpuinfo golden; vcpucount golden; emulatorpin golden; schedinfo golden; iothreadinfo golden',
  'domblklist golden; domblkstat golden vda; domblkinfo golden vda; blkdeviotune golden vda; blkdeviotune golden vda --total-iops-sec 500 --group-name g; blkdeviotune golden vda; blockresize golden vda 3M; domblkthreshold golden vda 1M; domblkerror golden; blockjob golden vda; blkiotune golden',
  'attach-disk golden FILE vdb --targetbus virtio; detach-disk golden vdb; update-device golden nothing.xml; setmem golden 16M; dommemstat golden --period 1; inject-nmi golden; send-key golden KEY_A; screenshot golden FILE.png; qemu-monitor-command golden --hmp info; qemu-agent-command golden {}; domtime golden; domfsinfo golden; domhostname golden; set-user-password golden u p; domjobinfo golden; domjobabort golden; migrate-getspeed golden; migrate-setspeed golden 5; migrate-getmaxdowntime golden; migrate-setmaxdowntime golden 100',
  'suspend golden; resume golden; reset golden; metadata golden http://a.example/1 --key a --set <a/> --live; metadata golden http://a.example/1 --live; snapshot-create-as golden s1; checkpoint-list golden; dompmsuspend golden mem; dompmwakeup golden; domdirtyrate-calc golden --seconds 1; save golden FILE.save; restore FILE.save; managedsave golden; start golden; migrate golden qemu+unix:///system?socket=/nowhere --p2p --live; destroy golden; undefine golden',
  'define DOMAIN --validate; start golden --paused; resume golden; shutdown golden --mode acpi; attach-device golden NIC --live; domiflist golden; domiftune golden 52:54:00:00:00:01; domiftune golden 52:54:00:00:00:01 --inbound 100; domifstat golden 52:54:00:00:00:01; detach-device golden NIC --live; detach-device-alias golden net0; update-device golden NIC --live; setvcpus golden 1 --live; vcpupin golden 0 0 --live; emulatorpin golden 0-1; schedinfo golden --live --set cpu_shares=100; numatune golden --mode strict; blkiotune golden --weight 500; iothreadset golden 1 --poll-max-ns 5',
  'blockcopy golden vda FILE.copy --transient-job --wait --pivot --format raw; blockcopy golden vda FILE.copy2 --transient-job --xml NIC; blockcommit golden vda --active; blockpull golden vda; blockpull golden vda --base FILE; blockjob golden vda --abort; blockjob golden vda 5; backup-begin golden; backup-dumpxml golden; checkpoint-create-as golden c1; checkpoint-delete golden c1; migrate-compcache golden --size 1000000; migrate-postcopy golden; domjobabort golden --postcopy; domfstrim golden; domtime golden --now; guestvcpus golden --cpulist 0 --enable; set-user-sshkeys golden root --file FILE; get-user-sshkeys golden root; dump golden FILE.core --memory-only --format elf; managedsave golden; managedsave-dumpxml golden; managedsave-define golden DOMAIN; managedsave-remove golden; start golden --force-boot; destroy golden --graceful; create DOMAIN --paused; destroy golden; undefine golden --managed-save',
  'net-define NET; net-create NET; net-undefine golden; nwfilter-define FILTER; nwfilter-undefine golden; pool-create POOL; vol-list golden; vol-key nothing --pool golden; vol-info /var/lib/libvirt/images/disk; vol-pool /var/lib/libvirt/images/disk; pool-destroy golden; pool-undefine golden; iface-name 52:54:00:00:00:01; nodedev-define DEVICE; nodedev-create DEVICE; nodedev-start x; nodedev-destroy x; nodedev-undefine x; nodedev-autostart x; nodedev-detach pci_0; nodedev-detach pci_0 --driver vfio; nodedev-reattach pci_0; nodedev-reset pci_0; nodedev-list --tree; freepages --all; nodedev-destroy 1,2',
  'secret-define SECRET; secret-set-value 11111111-2222-4333-8444-555555555555 Z29sZGVu; secret-get-value 11111111-2222-4333-8444-555555555555; secret-dumpxml 11111111-2222-4333-8444-555555555555; secret-list; secret-undefine 11111111-2222-4333-8444-555555555555; nwfilter-list; nwfilter-dumpxml clean-traffic; net-list --all; nodedev-dumpxml computer; nodedev-list --cap system',
];

const DOMAIN = (
  type: string,
): string => `<domain type='${type}'><name>golden</name><uuid>aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee</uuid>
<memory unit='MiB'>32</memory><os><type arch='${type === 'test' ? 'i686' : 'x86_64'}'>hvm</type></os>${
  type === 'test'
    ? ''
    : `<devices><disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/var/lib/libvirt/images/disk'/><target dev='vda' bus='virtio'/></disk>
<serial type='pty'/><video><model type='vga'/></video><graphics type='vnc' socket='/var/lib/libvirt/qemu/golden.vnc'/><memballoon model='virtio'/></devices>`
}</domain>`;

const XML = {
  CPU: `<cpu mode='custom' match='exact'><model>qemu64</model></cpu>`,
  SECRET: `<secret ephemeral='no' private='no'><uuid>11111111-2222-4333-8444-555555555555</uuid></secret>`,
  NIC: `<interface type='user'><mac address='52:54:00:00:00:01'/><model type='virtio'/></interface>`,
  NET: `<network><name>golden</name><bridge name='golden0'/></network>`,
  FILTER: `<filter name='golden'/>`,
  POOL: `<pool type='dir'><name>golden</name><target><path>/var/lib/libvirt/images</path></target></pool>`,
  DEVICE: `<device><parent>computer</parent><capability type='mdev'><type id='x'/></capability></device>`,
};

interface Recording {
  readonly senders: ('client' | 'daemon')[];
  readonly packets: Buffer[];
}

/** Forwards a client to the daemon and keeps every packet. */
function forward(client: Socket, socket: string): Recording {
  const recording: Recording = { senders: [], packets: [] };
  const daemon = connect({ path: socket });
  for (const [sender, from, to] of [
    ['client', client, daemon],
    ['daemon', daemon, client],
  ] as const) {
    const framer = new Framer(({ bytes }) => {
      recording.senders.push(sender);
      recording.packets.push(Buffer.from(bytes));
    });
    from.on('data', (chunk: Buffer) => {
      framer.push(chunk);
      to.write(chunk);
    });
    from.on('end', () => to.end());
    from.on('error', () => to.destroy());
  }
  return recording;
}

async function record(dir: string): Promise<void> {
  const libvirtd = await startPrivateLibvirt({
    dir: join(dir, 'd'),
    hostname: 'golden',
    ownNetwork: true,
    tied: true,
    settings: ['host_uuid = "99999999-8888-4777-8666-555555555555"'],
  });
  const recordings: Recording[] = [];
  const proxy = createServer((client) => recordings.push(forward(client, libvirtd.socket))).listen(join(dir, 'proxy'));
  await once(proxy, 'listening');
  const replace = { DOMAIN: join(dir, 'domain.xml'), FILE: join(dir, 'file') } as Record<string, string>;
  for (const [name, xml] of Object.entries(XML)) {
    replace[name] = join(dir, `${name.toLowerCase()}.xml`);
    await writeFile(replace[name], xml);
  }
  await writeFile(replace['FILE']!, Buffer.alloc(300_000, 'golden '));
  try {
    for (const [driver, uri, sessions] of [
      ['test', 'test+unix:///default', TEST_DRIVER],
      ['qemu', 'qemu+unix:///system', QEMU_DRIVER],
    ] as const) {
      recordings.length = 0;
      await writeFile(replace['DOMAIN']!, DOMAIN(driver));
      const virsh = ['-q', '-c', `${uri}?socket=${join(dir, 'proxy')}`];
      const events = spawn('virsh', [...virsh, 'event', '--all', '--loop'], { stdio: ['ignore', 'pipe', 'inherit'] });
      while (recordings.every(({ senders }) => senders.length < 20))
        await new Promise((resolve) => setTimeout(resolve, 10));
      for (const session of sessions) {
        const commands = session.replaceAll(/\b[A-Z]{3,}\b/g, (name) => replace[name] ?? name);
        // A later command runs although an earlier one failed only when they come from a file.
        const child = run('virsh', virsh);
        child.child.stdin!.end(`${commands.replaceAll('; ', '\n')}\n`);
        await child.catch(() => {});
      }
      events.kill('SIGINT');
      await once(events, 'exit');
      await Promise.all(recordings.map(({ senders, packets }, i) => store(`${driver}-${i}`, senders, packets)));
    }
  } finally {
    proxy.close();
    await libvirtd.stop();
  }
}

async function store(name: string, senders: Recording['senders'], packets: readonly Buffer[]): Promise<void> {
  await writeFile(new URL(`${name}.bin`, GOLDEN), Buffer.concat(packets));
  await writeFile(
    new URL(`${name}.json`, GOLDEN),
    `${JSON.stringify({ senders: senders.map((sender) => sender[0]).join('') })}\n`,
  );
}

const dir = await mkdtemp('/tmp/golden-');
await record(dir).finally(() => rm(dir, { recursive: true }));
