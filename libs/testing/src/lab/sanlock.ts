/** sanlock on a host of the lab: its daemon, and libvirt told of it. */
import type { PairedHost } from './paired-host.ts';
import { until } from './until.ts';

/**
 * Lets a program believe that its limits were raised, and starts it: sanlock ends where it may not raise that of locked memory, as in most
 * containers, and needs none of it here. A filter of system calls answers prlimit(…, new limit, …) with success.
 */
const UNLIMITED = `
my @filter = ([0x20, 0, 0, 0], [0x15, 0, 3, 302], [0x20, 0, 0, 32], [0x15, 1, 0, 0], [0x06, 0, 0, 0x00050000], [0x06, 0, 0, 0x7fff0000]);
my $code = join '', map { pack 'SCCL', @$_ } @filter;
syscall(157, 22, 2, pack('Sx6P', scalar @filter, $code)) == 0 or die "filter: $!";
exec @ARGV or die "$ARGV[0]: $!";
`;

/**
 * Starts the daemon, without a watchdog, and has libvirt take a lease on every disk that a guest can write to. libvirt reads it at its next
 * start. `id`: another on each host; `leases`: a directory that all of them see.
 */
export async function useSanlock(host: PairedHost, id: number, leases: string): Promise<void> {
  const settings = [
    'auto_disk_leases = 1',
    `disk_lease_dir = "${leases}"`,
    `host_id = ${id}`,
    // Seconds. A host that has not renewed its lease for eight times as long has lost it: on a busy machine that must not be soon.
    'io_timeout = 4',
    'user = "root"',
    'group = "root"',
  ];
  const write = 'mkdir -p /run/sanlock "$1" && cat > /etc/libvirt/qemu-sanlock.conf';
  await host.exec(['sh', '-c', write, 'sh', leases], { input: `${settings.join('\n')}\n` });
  await host.exec(['sh', '-c', `echo 'lock_manager = "sanlock"' >> /etc/libvirt/qemu.conf`]);
  const daemon = ['sanlock', 'daemon', '-D', '-w', '0', '-U', 'root', '-G', 'root', '-e', host.name];
  await host.spawnInside('perl', ['-e', UNLIMITED, ...daemon]);
  const answers = (): Promise<boolean> =>
    host.exec(['sanlock', 'client', 'status']).then(
      (said) => said.startsWith('daemon'),
      () => false,
    );
  await until(answers, { what: `sanlock answers on ${host.name}` });
}
