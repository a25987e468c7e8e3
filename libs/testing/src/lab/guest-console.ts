/** What the small guest writes on its serial console, read back by tests. */

/** The guest's last word of a boot. `ip` is its first address, or undefined. */
export interface GuestReady {
  host: string;
  uuid: string;
  source: 'configdrive' | 'none';
  ip: string | undefined;
  /** How often this disk has booted, this boot included. */
  boots: number;
  /** Seconds since the guest's kernel started. */
  upSeconds: number;
}

/** The last complete LAB-READY line of a console log, or undefined while there is none. */
export function guestReady(log: string): GuestReady | undefined {
  const line = [...log.matchAll(/^LAB-READY (.*) up=([\d.]+)\r?$/gm)].at(-1);
  if (!line) return undefined;
  const fields = new Map(line[1]!.split(' ').map((field) => field.split('=', 2) as [string, string]));
  const field = (name: string) => fields.get(name) ?? '';
  return {
    host: field('host'),
    uuid: field('uuid'),
    source: field('source') === 'configdrive' ? 'configdrive' : 'none',
    ip: field('ip').split(/[/,]/)[0] || undefined,
    boots: Number(field('boots')),
    upSeconds: Number(line[2]),
  };
}

/** How far the guest's counter (`lab-count`) has come, -1 before its first line. A restart of the guest begins at 0 again. */
export function guestCount(log: string): number {
  return Number([...log.matchAll(/^COUNT (\d+) [\d.]+\r?$/gm)].at(-1)?.[1] ?? -1);
}
