import { z } from 'zod';
import { namedSchemas, structureMeanings } from './named-schemas.ts';
import { entryOf } from './registry.ts';
import type { EntryName } from './registry.ts';

/** A JSON Schema of the 2020-12 draft (the one that OpenAPI 3.1 uses). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The schema of something that crosses a wall. `of: 'input'` is what a caller may send (defaults may be left out), `'output'` what a
 * reader finds. A function has no form in JSON: it allows anything and says so in `x-callback`.
 */
export function jsonSchemaOf(schema: z.ZodType, of: 'input' | 'output' = 'input'): JsonSchema {
  return z.toJSONSchema(schema, { io: of, unrepresentable: 'any' }) as JsonSchema;
}

/** JSON Schema of a name's arguments and of its result. */
export function methodJsonSchema(name: EntryName): { readonly params: JsonSchema; readonly result: JsonSchema } {
  const { params, result } = entryOf(name);
  return { params: jsonSchemaOf(params, 'input'), result: jsonSchemaOf(result, 'output') };
}

/**
 * Schemas under names, referring to each other: each stands once, and `prefix` + name is how others point to it. Nova's structures
 * are added under their own names.
 */
export function linkedJsonSchemas(
  schemas: Readonly<Record<string, z.ZodType>>,
  prefix: string,
  of: 'input' | 'output',
): Record<string, JsonSchema> {
  const named = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries({ ...namedSchemas, ...schemas })) named.add(schema, { id });
  const linked = z.toJSONSchema(named, { io: of, unrepresentable: 'any', uri: (id) => prefix + id });
  const { __shared: shared, ...own } = nameJsonValue(linked.schemas, prefix);
  const defined = Object.entries(own).map(([id, { $id: _id, $schema: _schema, ...schema }]) => [
    id,
    { ...meaningOf(id), ...schema },
  ]);
  return { ...Object.fromEntries(defined), ...jsonValueOf(shared) };
}

const meaningOf = (id: string) =>
  Object.hasOwn(structureMeanings, id) ? { description: structureMeanings[id as keyof typeof structureMeanings] } : {};

type Schemas = Record<string, Record<string, unknown>>;

/** zod puts each recursive schema without a name under `__shared`. Ours are all "any JSON value": they get that one name. */
function nameJsonValue(schemas: Schemas, prefix: string): Schemas {
  const replace = (_key: string, value: unknown) =>
    typeof value === 'string' && value.startsWith(`${prefix}__shared#/$defs/`) ? `${prefix}JsonValue` : value;
  return JSON.parse(JSON.stringify(schemas, replace)) as Schemas;
}

function jsonValueOf(shared: Record<string, unknown> | undefined): Record<string, JsonSchema> {
  if (shared === undefined) return {};
  const forms = new Map(Object.values(shared['$defs'] as Schemas).map((form) => [JSON.stringify(form), form]));
  const [form] = forms.values();
  if (form === undefined || forms.size > 1) throw new Error('a recursive schema needs a name in namedSchemas');
  return { JsonValue: form };
}
