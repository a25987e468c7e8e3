/** What a simulated guest prints on its serial console: a boot, and what becomes of it. */

interface Line {
  readonly at: number;
  readonly text: string;
}

const bootLines = (boot: number, hostname: string, memoryMiB: number, vcpus: number, disk: string): string[] => [
  'Simulated firmware: booting from disk',
  `[    0.000000] Linux version 6.1.0-simulated (boot ${boot})`,
  '[    0.000000] Command line: root=/dev/vda1 console=ttyS0',
  `[    0.041812] Memory: ${memoryMiB * 1024}K available`,
  `[    0.102004] smp: Brought up 1 node, ${vcpus} CPU${vcpus === 1 ? '' : 's'}`,
  `[    0.480113] virtio_blk: [vda] ${disk}`,
  '[    0.713377] EXT4-fs (vda1): mounted filesystem',
  `[    1.204518] cloud-init: running as ${hostname}`,
  `Debian GNU/Linux 12 ${hostname} ttyS0`,
  `${hostname} login: `,
];

export class ConsoleText {
  readonly #lines: Line[];

  constructor(lines: readonly Line[] = []) {
    this.#lines = [...lines];
  }

  /** A boot that begins at `now` and takes `bootMs`; its lines appear one by one. */
  boot(
    now: number,
    bootMs: number,
    facts: { boot: number; hostname: string; memoryMiB: number; vcpus: number; disk: string },
  ): void {
    const lines = bootLines(facts.boot, facts.hostname, facts.memoryMiB, facts.vcpus, facts.disk);
    lines.forEach((text, index) => this.#lines.push({ at: now + (bootMs * index) / (lines.length - 1), text }));
  }

  /** The guest stops printing; what it has not printed by `now` it never will. */
  end(now: number, lastWords?: string): void {
    const kept = this.#lines.filter((line) => line.at <= now);
    this.#lines.splice(0, this.#lines.length, ...kept);
    if (lastWords !== undefined) this.#lines.push({ at: now, text: lastWords });
  }

  /** What the guest prints from `now` on, on another host: with what it printed so far where both hosts see the same file. */
  handOver(now: number, past: 'with the past' | 'without'): ConsoleText {
    return new ConsoleText(this.#lines.filter((line) => line.at > now || past === 'with the past'));
  }

  print(now: number, text: string): void {
    this.#lines.push({ at: now, text });
  }

  /** All that was printed up to `now`. */
  read(now: number): string {
    const printed = this.#lines.filter((line) => line.at <= now);
    return printed.length === 0 ? '' : `${printed.map((line) => line.text).join('\r\n')}\r\n`;
  }
}
