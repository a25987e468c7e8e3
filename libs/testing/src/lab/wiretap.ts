/** Hears every TCP connection that passes a host's network cards, and says in which of them certain words could be read as plain text. */
import { text } from 'node:stream/consumers';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { PairedHost } from './paired-host.ts';

/** What passed in a connection, both ways. */
export interface Heard {
  readonly family: 4 | 6;
  /** The lower comes first: which of them was listened at is not heard. */
  readonly ports: readonly [number, number];
  readonly bytes: number;
  /** Words that were read there. */
  readonly words: readonly string[];
}

/** perl-base is on every Debian, and reaches sockets that Node has no way to. */
const TAP = `
use strict; use warnings;
my @words = @ARGV;
socket(my $tap, 17, 3, unpack('n', pack('S', 3))) or die "socket: $!";
setsockopt($tap, 1, 33, pack('i', 256 << 20)) or die "buffer: $!";
$| = 1; print "hears\\n";
my ($over, %bytes, %found) = (0);
$SIG{TERM} = sub { $over = 1 };
vec(my $all = '', fileno($tap), 1) = 1;
while (1) {
  # What has come in by the end is read to its end.
  if (select(my $ready = $all, undef, undef, $over ? 0 : 0.2) < 1) { last if $over; next; }
  recv($tap, my $frame, 131072, 0) // next;
  next if length $frame < 58;
  my $type = unpack('n', substr($frame, 12, 2));
  my ($family, $at);
  if ($type == 0x0800 && ord(substr($frame, 23, 1)) == 6) { $family = 4; $at = 14 + 4 * (ord(substr($frame, 14, 1)) & 15); }
  elsif ($type == 0x86dd && ord(substr($frame, 20, 1)) == 6) { $family = 6; $at = 54; }
  else { next; }
  my ($from, $to) = unpack('nn', substr($frame, $at, 4));
  my $key = join(' ', $family, $from < $to ? ($from, $to) : ($to, $from));
  $bytes{$key} += length $frame;
  for (@words) { $found{$key}{$_} = 1 if index($frame, $_) >= 0; }
}
print join(' ', $_, $bytes{$_}, keys %{$found{$_} // {}}), "\\n" for keys %bytes;
`;

export interface Wiretap {
  /** Ends it; all that it heard. */
  stop(): Promise<readonly Heard[]>;
}

/** Resolves when it hears. `words` have no spaces. */
export async function listenIn(host: PairedHost, words: readonly string[]): Promise<Wiretap> {
  const [program = '', ...args] = host.insideCommand(['perl', '-e', TAP, ...words]);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'readable');
  const said = text(child.stdout);
  return {
    async stop() {
      child.kill('SIGTERM');
      const lines = (await said).trim().split('\n').slice(1);
      return lines.map((line) => {
        const [family, low, high, bytes, ...found] = line.split(' ');
        const ports = [Number(low), Number(high)] as const;
        return { family: family === '6' ? 6 : 4, ports, bytes: Number(bytes), words: found };
      });
    },
  };
}
