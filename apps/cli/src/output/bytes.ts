const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `512 MiB`, `1.5 GiB`; binary units. */
export function byteText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const text = value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
  return `${text} ${units[unit]}`;
}

export const mebibytes = (value: number): string => byteText(value * 1024 ** 2);
export const gibibytes = (value: number): string => byteText(value * 1024 ** 3);
