import type { XdrReader } from './xdr-reader.ts';
import type { XdrWriter } from './xdr-writer.ts';

/** The value of a typed parameter, with the C type that it travels as. */
export type TypedValue =
  | { readonly type: 'int' | 'uint' | 'double'; readonly value: number }
  | { readonly type: 'llong' | 'ullong'; readonly value: bigint }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string };

/** Writes the tag and the value. */
export function writeTypedValue(w: XdrWriter, v: TypedValue): void {
  const field = 'TypedValue';
  switch (v.type) {
    case 'int':
      w.i32(1, field);
      return w.i32(v.value, field);
    case 'uint':
      w.i32(2, field);
      return w.u32(v.value, field);
    case 'llong':
      w.i32(3, field);
      return w.i64(v.value, field);
    case 'ullong':
      w.i32(4, field);
      return w.u64(v.value, field);
    case 'double':
      w.i32(5, field);
      return w.f64(v.value, field);
    case 'boolean':
      w.i32(6, field);
      return w.bool(v.value, field);
    case 'string':
      w.i32(7, field);
      return w.str(v.value, field);
    default:
      v satisfies never;
      return w.fail(field, 'expected a typed value');
  }
}

/** Reads the tag and the value. */
export function readTypedValue(r: XdrReader): TypedValue {
  const field = 'TypedValue';
  switch (r.i32(field)) {
    case 1:
      return { type: 'int', value: r.i32(field) };
    case 2:
      return { type: 'uint', value: r.u32(field) };
    case 3:
      return { type: 'llong', value: r.i64(field) };
    case 4:
      return { type: 'ullong', value: r.u64(field) };
    case 5:
      return { type: 'double', value: r.f64(field) };
    case 6:
      return { type: 'boolean', value: r.bool(field) };
    case 7:
      return { type: 'string', value: r.str(field) };
    default:
      return r.fail(field, 'has an unknown tag');
  }
}
