/** The TypeScript spelling of a schema, for people: structures that have a name are called by it. */
import type { z } from 'zod';
import { namedSchemas } from '../src/registry/index.ts';

type Schema = z.core.$ZodType;
type Def = z.core.$ZodTypeDef & Record<string, unknown>;

const names = new Map<Schema, string>(Object.entries(namedSchemas).map(([name, schema]) => [schema, name]));
const defOf = (schema: Schema) => (schema as z.ZodType).def as unknown as Def;
const metaOf = (schema: Schema) => (schema as z.ZodType).meta() ?? {};

/** A structure's name, also when it was only described anew (which makes a copy of the schema that shares its definition). */
export function nameOf(schema: Schema): string | undefined {
  for (const [named, name] of names) if (named === schema || defOf(named) === defOf(schema)) return name;
  return undefined;
}

const union = (parts: readonly string[]) => [...new Set(parts)].join(' | ');
const inParentheses = (text: string) => (text.includes(' ') ? `(${text})` : text);

/** A schema as TypeScript writes it. */
export function typeText(schema: Schema, options: { readonly expand?: boolean } = {}): string {
  const name = options.expand === true ? undefined : nameOf(schema);
  if (name !== undefined) return name;
  const meta = metaOf(schema);
  const said = meta['x-callback'] ?? meta['x-type'];
  if (typeof said === 'string') return said;
  const def = defOf(schema);
  const inner = () => typeText(def['innerType'] as Schema);
  const list = (key: string) => def[key] as readonly Schema[];
  switch (def.type) {
    case 'default':
    case 'prefault':
    case 'optional':
    case 'readonly':
      return inner();
    case 'nullable':
      return union([inner(), 'null']);
    case 'array':
      return `${inParentheses(typeText(def['element'] as Schema))}[]`;
    case 'tuple':
      return `[${list('items')
        .map((item) => typeText(item))
        .join(', ')}]`;
    case 'union':
      return union(list('options').map((option) => typeText(option)));
    case 'intersection':
      return [def['left'] as Schema, def['right'] as Schema].map((part) => typeText(part)).join(' & ');
    case 'enum':
      return union(Object.values(def['entries'] as Record<string, string>).map((value) => `'${value}'`));
    case 'literal':
      return union(
        (def['values'] as readonly unknown[]).map((value) =>
          typeof value === 'string' ? `'${value}'` : String(value),
        ),
      );
    case 'record':
      return `Record<${typeText(def['keyType'] as Schema)}, ${typeText(def['valueType'] as Schema)}>`;
    case 'object':
      return objectText(def['shape'] as Record<string, Schema>);
    case 'lazy':
      return 'JsonValue';
    case 'custom':
      return 'unknown';
    default:
      return def.type;
  }
}

const objectText = (shape: Record<string, Schema>) => {
  const fields = Object.entries(shape).map(
    ([key, field]) => `${key}${mayBeAbsent(field) ? '?' : ''}: ${typeText(field)}`,
  );
  return fields.length === 0 ? '{}' : `{ ${fields.join('; ')} }`;
};

/** Whether a caller may leave the field out. */
export const mayBeAbsent = (schema: Schema): boolean =>
  ['optional', 'default', 'prefault'].includes(defOf(schema).type);

/** The value of a field that is left out, as text; undefined when there is none. */
export function defaultText(schema: Schema): string | undefined {
  const def = defOf(schema);
  if (def.type !== 'default' && def.type !== 'prefault') return undefined;
  return JSON.stringify(def['defaultValue']);
}
