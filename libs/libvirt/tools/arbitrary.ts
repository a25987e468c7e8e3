/** Values for property tests, made from the same tables as the codecs but not by the same code. */
import * as fc from 'fast-check';
import type { Facts, Field, FieldType } from './facts.ts';

const text = fc
  .string({ unit: 'binary', maxLength: 40 })
  .filter((value) => !value.includes('\0') && value.isWellFormed());

const typedValue = fc.oneof(
  fc.record({ type: fc.constant('int'), value: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }) }),
  fc.record({ type: fc.constant('uint'), value: fc.nat(0xffff_ffff) }),
  fc.record({ type: fc.constant('llong'), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
  fc.record({ type: fc.constant('ullong'), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ type: fc.constant('double'), value: fc.double() }),
  fc.record({ type: fc.constant('boolean'), value: fc.boolean() }),
  fc.record({ type: fc.constant('string'), value: text }),
);

const PRIMITIVES: Record<string, fc.Arbitrary<unknown>> = {
  i32: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  u32: fc.nat(0xffff_ffff),
  i64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  u64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  f64: fc.double(),
  bool: fc.boolean(),
  str: text,
  uuid: fc.uuid(),
  TypedValue: typedValue,
};

/** Any object with these fields. */
export function arbitraryOf(fields: readonly Field[], facts: Facts): fc.Arbitrary<unknown> {
  return fc.record(Object.fromEntries(fields.map(({ name, type }) => [name, ofType(type, facts)])), {
    noNullPrototype: true,
  });
}

function ofType({ base, shape, max }: FieldType, facts: Facts): fc.Arbitrary<unknown> {
  if (base === 'bytes') return fc.uint8Array({ maxLength: Math.min(max, 30) });
  if (base === 'char')
    return fc.uint8Array(shape === 'fixed' ? { minLength: max, maxLength: max } : { maxLength: Math.min(max, 30) });
  const record = facts.records.find(({ name }) => name === base);
  const one = PRIMITIVES[base] ?? arbitraryOf(record?.fields ?? unknownType(base), facts);
  if (shape === 'optional') return fc.option(one, { nil: null });
  return shape === 'list' ? fc.array(one, { maxLength: Math.min(max, 5) }) : one;
}

function unknownType(base: string): never {
  throw new Error(`no record is called ${base}`);
}
