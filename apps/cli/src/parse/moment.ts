import { UsageError } from '../cli-error.ts';

const units: Readonly<Record<string, number>> = {
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const expected =
  'expected a sequence (57), host:sequence (h1:57), a time (10:02, 2026-11-22 10:02:11) or how long ago (5min)';

/** A moment as the API takes it: sequences as they are, times as ISO 8601. Times without a zone are local ones. */
export function parseMoment(text: string, field: string, now: number): string {
  const given = text.trim();
  if (/^(?:[A-Za-z0-9_-]{1,64}:)?\d{1,15}$/.test(given) && !/^\d{1,2}:\d{2}$/.test(given)) return given;
  const [, count, unit] = /^-?(\d+(?:\.\d+)?)\s*(s|sec|min|m|h|d)(?:\s+ago)?$/.exec(given) ?? [];
  if (count !== undefined && unit !== undefined)
    return new Date(now - Number(count) * (units[unit] ?? 0)).toISOString();
  const at = timeOf(given, now);
  if (Number.isNaN(at)) throw new UsageError(`${field}: ${expected}, got ${JSON.stringify(text)}`);
  return new Date(at).toISOString();
}

/** `10:02` means today; a time that is still to come today means yesterday. A time without its fraction of a second means that second's end. */
function timeOf(text: string, now: number): number {
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,3})?)?$/.exec(text);
  if (clock !== null) {
    const [, hours, minutes, seconds, fraction] = clock;
    // setHours would make 11:39 of 10:99.
    if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds ?? 0) > 59) return Number.NaN;
    const date = new Date(now);
    date.setHours(
      Number(hours),
      Number(minutes),
      Number(seconds ?? 0),
      fraction === undefined ? 0 : Number(fraction) * 1000,
    );
    const at = date.getTime() + (seconds !== undefined && fraction === undefined ? 999 : 0);
    return at > now ? at - 86_400_000 : at;
  }
  if (!/^\d{4}-\d{2}-\d{2}([T ]|$)/.test(text)) return Number.NaN;
  // A date alone would be taken for midnight in UTC.
  const at = Date.parse(/^[\d-]+$/.test(text) ? `${text}T00:00` : text.replace(' ', 'T'));
  return /:\d{2}:\d{2}(Z|[+-]\d{2}:?\d{2})?$/.test(text) ? at + 999 : at;
}

/** Milliseconds of a span with its unit: `30s`, `5min`, `1h`. */
export function parseSpan(text: string, field: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s|sec|min|m|h|d)$/.exec(text.trim()) ?? [];
  if (count === undefined || unit === undefined) {
    const bare = /^\d+$/.test(text.trim()) ? `; write ${text.trim()}s` : '';
    throw new UsageError(
      `${field}: expected a time span with its unit (30s, 5min, 1h), got ${JSON.stringify(text)}${bare}`,
    );
  }
  return Number(count) * (unit === 'ms' ? 1 : (units[unit] ?? 0));
}
