import { UsageError } from '../cli-error.ts';

const factors: Readonly<Record<string, number>> = {
  b: 1,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  tb: 1000 ** 4,
};

/** Bytes of a size with its unit. A bare number is refused: nobody knows which unit it was meant in. `field` names the option, `usual` the units of such a size. */
export function parseSize(text: string, field: string, usual: readonly [string, string] = ['MiB', 'GiB']): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text.trim()) ?? [];
  if (digits === undefined)
    throw new UsageError(`${field}: expected a size with its unit (512MiB, 1GiB, 10GB), got ${JSON.stringify(text)}`);
  if (unit === '')
    throw new UsageError(`${field}: ${digits} of what? Write ${usual.map((one) => `${digits}${one}`).join(' or ')}`);
  const factor = factors[unit.toLowerCase()];
  if (factor === undefined) {
    const meant = /^[kmgt]$/i.test(unit)
      ? `; write ${digits}${unit.toUpperCase()}iB (1024s) or ${digits}${unit.toUpperCase()}B (1000s)`
      : '';
    throw new UsageError(
      `${field}: unknown unit ${JSON.stringify(unit)}, expected KiB, MiB, GiB, TiB, KB, MB, GB or TB${meant}`,
    );
  }
  const bytes = Number(digits) * factor;
  if (!Number.isSafeInteger(Math.round(bytes))) throw new UsageError(`${field}: ${text} is too large`);
  return Math.round(bytes);
}

/** A size in whole MiB, as guests get their memory. */
export function parseMebibytes(text: string, field: string): number {
  const mebibytes = parseSize(text, field) / 1024 ** 2;
  if (Number.isInteger(mebibytes) && mebibytes > 0) return mebibytes;
  throw new UsageError(
    `${field}: memory is given in whole MiB and ${text} is ${mebibytes.toFixed(2)} MiB; write ${Math.max(1, Math.ceil(mebibytes))}MiB`,
  );
}

/** A size in GiB, as disks are given; 0 only where the unit is said too. */
export function parseGibibytes(text: string, field: string): number {
  return parseSize(text, field) / 1024 ** 3;
}
