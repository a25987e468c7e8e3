/** Typed parameters as plain objects, and back. */
import { LibvirtUsageError } from './session/errors.ts';
import type { TypedParam } from './generated/records.ts';
import type { TypedValue } from './wire/typed-value.ts';

/** What the daemon gave: one value per name. */
export type TypedParams = Record<string, number | bigint | string | boolean>;

/** One value to send: plain where its C type is known by the name or evident, else made with {@link typed}. */
export type TypedParamInput = number | bigint | string | boolean | TypedValue;

/** Parameters to send. A list sends the name several times (`migrate_disks`); undefined is left out. */
export type TypedParamsInput = Readonly<Record<string, TypedParamInput | readonly TypedParamInput[] | undefined>>;

/** Makes a value with a given C type. */
export const typed = {
  int: (value: number): TypedValue => ({ type: 'int', value }),
  uint: (value: number): TypedValue => ({ type: 'uint', value }),
  llong: (value: bigint | number): TypedValue => ({ type: 'llong', value: BigInt(value) }),
  ullong: (value: bigint | number): TypedValue => ({ type: 'ullong', value: BigInt(value) }),
  double: (value: number): TypedValue => ({ type: 'double', value }),
  boolean: (value: boolean): TypedValue => ({ type: 'boolean', value }),
  string: (value: string): TypedValue => ({ type: 'string', value }),
};

/** The C types of numeric parameters, which the daemon insists on. */
const NUMERIC: readonly (readonly ['int' | 'uint' | 'llong' | 'ullong', RegExp])[] = [
  [
    'int',
    /^(disks_port|compression\.mt\.(level|threads|dthreads)|auto_converge\.(initial|increment)|parallel\.connections)$/,
  ],
  ['int', /^(numa_mode|shares|thread_pool_(min|max))$/],
  ['uint', /^((in|out)bound\.(average|peak|burst|floor)|weight|cap|poll_(grow|shrink)|granularity)$/],
  ['llong', /^((vcpu|emulator|global|iothread)_quota|limit|reservation)$/],
  ['ullong', /^(bandwidth(\.postcopy)?|compression\.xbzrle\.cache|buf-size|poll_max_ns)$/],
  ['ullong', /^(cpu_shares|(vcpu|emulator|global|iothread)_period)$/],
  ['ullong', /^((total|read|write)_(bytes|iops)_sec(_max)?(_length)?|size_iops_sec)$/],
];

/** For the wire. Throws {@link LibvirtUsageError} where a number's C type is neither known nor given. */
export function toTypedParams(params: TypedParamsInput): TypedParam[] {
  return Object.entries(params).flatMap(([field, given]) => {
    if (given === undefined) return [];
    const values = Array.isArray(given) ? (given as readonly TypedParamInput[]) : [given as TypedParamInput];
    return values.map((value) => ({ field, value: toTypedValue(field, value) }));
  });
}

/** From the wire. */
export function fromTypedParams(params: readonly TypedParam[]): TypedParams {
  return Object.fromEntries(params.map(({ field, value }) => [field, value.value]));
}

/** Counters that are not typed: node CPU and memory statistics. */
export function fromCounters(
  counters: readonly { readonly field: string; readonly value: bigint }[],
): Record<string, bigint> {
  return Object.fromEntries(counters.map(({ field, value }) => [field, value]));
}

function toTypedValue(field: string, given: TypedParamInput): TypedValue {
  switch (typeof given) {
    case 'string':
      return typed.string(given);
    case 'boolean':
      return typed.boolean(given);
    case 'object':
      return given;
    default: {
      const type = NUMERIC.find(([, names]) => names.test(field))?.[0];
      if (!type)
        throw new LibvirtUsageError(
          `parameter ${field}: the C type of this number is not known; give it with typed.int(), typed.ullong(), …`,
        );
      return type === 'llong' || type === 'ullong' ? typed[type](given) : typed[type](Number(given));
    }
  }
}
