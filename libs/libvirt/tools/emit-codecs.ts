/** Turns facts into TypeScript: interfaces and straight-line code that writes and reads them. */
import { camel } from './facts.ts';
import type { Facts, Field, FieldType, MessageFact, ProcedureFact, RecordFact } from './facts.ts';

/** First line of every generated file. */
export const BANNER =
  '// Generated from libs/libvirt/protocol by tools/generate.ts. Do not edit: change the tables and generate again.\n';

const NUMBERS = new Set(['i32', 'u32', 'f64']);
const BIGINTS = new Set(['i64', 'u64']);
const PLAIN: Record<string, string> = { str: 'string', uuid: 'string', bool: 'boolean' };
const OWN_WRITER = new Set([...NUMBERS, ...BIGINTS, 'str', 'uuid', 'bool']);

/** `generated/records.ts`: the records that procedures share. */
export function emitRecords(facts: Facts): string {
  return `${BANNER}
import { readTypedValue, writeTypedValue } from '../wire/typed-value.ts';
import type { TypedValue } from '../wire/typed-value.ts';
import type { XdrReader } from '../wire/xdr-reader.ts';
import type { XdrWriter } from '../wire/xdr-writer.ts';

${facts.records.map(record).join('\n')}`;
}

/** `generated/procedures.ts`: every procedure, and the list of them. */
export function emitProcedures(facts: Facts): string {
  return `${BANNER}
import type { AnyProcedure, Procedure } from '../wire/procedure.ts';
${recordImports(
  facts,
  facts.procedures.flatMap((p) => [...p.args, ...p.result]),
)}

${facts.procedures.map(procedure).join('\n')}
/** All of them. */
export const procedures: readonly AnyProcedure[] = [
${facts.procedures.map((p) => `  ${camel(p.name)},`).join('\n')}
];
`;
}

/** `generated/messages.ts`: every message that the daemon sends by itself. */
export function emitMessages(facts: Facts): string {
  return `${BANNER}
import type { AnyMessage, BodyOf, Message } from '../wire/procedure.ts';
${recordImports(
  facts,
  facts.messages.flatMap((m) => m.body),
)}

${facts.messages.map(message).join('\n')}
/** All of them. */
export const messages: readonly AnyMessage[] = [
${facts.messages.map((m) => `  ${camel(m.name)},`).join('\n')}
];

/** What an event carries, by the object it is about and its event ID. */
export interface EventBodies {
${[...new Set(facts.messages.map((m) => m.source))].map((source) => eventBodies(source, facts)).join('\n')}
}
`;
}

function eventBodies(source: string, facts: Facts): string {
  const members = facts.messages.filter((fact) => fact.source === source);
  return `  readonly ${camel(source)}: {
${members.map((fact) => `    readonly ${fact.eventId}: BodyOf<typeof ${camel(fact.name)}>;`).join('\n')}
  };`;
}

/** The TypeScript type of a field. */
export function typeOf({ base, shape }: FieldType): string {
  if (base === 'char' || base === 'bytes') return 'Uint8Array';
  const one = NUMBERS.has(base) ? 'number' : BIGINTS.has(base) ? 'bigint' : (PLAIN[base] ?? base);
  return shape === 'optional' ? `${one} | null` : shape === 'list' ? `readonly ${one}[]` : one;
}

function record({ name, fields }: RecordFact): string {
  const members = fields.map((field) => `  readonly ${field.name}: ${typeOf(field.type)};\n`).join('');
  return `export interface ${name} {
${members}}

export function write${name}(w: XdrWriter, v: ${name}): void {
${fields.map((field) => `  ${writeField(field, `${name}.`)}\n`).join('')}}

export function read${name}(r: XdrReader): ${name} {
  return {
${fields.map((field) => `    ${field.name}: ${readField(field, `${name}.`)},\n`).join('')}  };
}
`;
}

function procedure(fact: ProcedureFact): string {
  const { program, name, number, args, result, high, stream, since } = fact;
  return `/** ${since ? `Since libvirt ${since}.` : 'Has no public call.'} */
export const ${camel(name)}: Procedure<${objectType(args)}, ${objectType(result)}> = {
  name: '${name}',
  program: ${program.number},
  version: ${program.version},
  number: ${number},
  high: ${high},
${stream ? `  stream: '${stream}',\n` : ''}  args: ${codec(args)},
  result: ${codec(result)},
};
`;
}

function message({ program, name, number, source, eventId, body }: MessageFact): string {
  return `export const ${camel(name)}: Message<${objectType(body)}> = {
  name: '${name}',
  program: ${program.number},
  version: ${program.version},
  number: ${number},
  source: '${camel(source)}',
  eventId: ${eventId},
  body: ${codec(body)},
};
`;
}

function objectType(fields: readonly Field[]): string {
  if (fields.length === 0) return 'void';
  return `{ ${fields.map((field) => `readonly ${field.name}: ${typeOf(field.type)}`).join('; ')} }`;
}

function codec(fields: readonly Field[]): string {
  if (fields.length === 0) return '{ write: () => {}, read: () => {} }';
  return `{
    write: (w, v) => {
${fields.map((field) => `      ${writeField(field)}\n`).join('')}    },
    read: (r) => ({
${fields.map((field) => `      ${field.name}: ${readField(field)},\n`).join('')}    }),
  }`;
}

function writeField({ name, type }: Field, prefix = ''): string {
  const { base, shape, max } = type;
  const value = `v.${name}`;
  const field = `'${prefix}${name}'`;
  if (base === 'char') return `w.chars(${value}, ${field}, ${max}, ${shape === 'fixed'});`;
  if (base === 'bytes') return `w.bytesOf(${value}, ${field}, ${max});`;
  const one = (writer: string, item: string) =>
    OWN_WRITER.has(base) ? `${writer}.${base}(${item}, ${field})` : `write${base}(${writer}, ${item})`;
  if (shape === 'optional') return `if (w.present(${value}, ${field})) ${one('w', value)};`;
  if (shape === 'list')
    return `w.list(${value}, ${field}, ${max}, ${OWN_WRITER.has(base) ? `(x, item) => ${one('x', 'item')}` : `write${base}`});`;
  return `${one('w', value)};`;
}

function readField({ name, type }: Field, prefix = ''): string {
  const { base, shape, max } = type;
  const field = `'${prefix}${name}'`;
  if (base === 'char') return `r.chars(${field}, ${max}, ${shape === 'fixed'})`;
  if (base === 'bytes') return `r.bytesOf(${field}, ${max})`;
  const one = (reader: string) => (OWN_WRITER.has(base) ? `${reader}.${base}(${field})` : `read${base}(${reader})`);
  if (shape === 'optional') return `r.bool(${field}) ? ${one('r')} : null`;
  if (shape === 'list')
    return `r.list(${field}, ${max}, ${OWN_WRITER.has(base) ? `(x) => ${one('x')}` : `read${base}`})`;
  return one('r');
}

function recordImports(facts: Facts, fields: readonly Field[]): string {
  const used = new Set(fields.map((field) => field.type.base));
  const names = facts.records.map((fact) => fact.name).filter((name) => used.has(name));
  const functions = names.flatMap((name) => [`read${name}`, `write${name}`]);
  return `import { ${functions.join(', ')} } from './records.ts';
import type { ${names.join(', ')} } from './records.ts';`;
}
