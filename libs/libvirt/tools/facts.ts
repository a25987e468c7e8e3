/**
 * Reads the tables in `protocol/`: the wire protocol's records, procedures and messages in our own notation.
 *
 *     program remote 0x20008086 1
 *     24 domain_lookup_by_uuid (uuid: uuid) -> (dom: Domain) high since 0.0.5
 *     318 domain_event_callback_lifecycle message domain 0 (callback_id: i32, …)
 */
import { readFileSync } from 'node:fs';
import type { StreamDirection } from '../src/wire/procedure.ts';

/** A field's type: a base, and how many of it. `max` is a limit, or the exact number for `fixed`. */
export interface FieldType {
  readonly base: string;
  readonly shape: 'one' | 'optional' | 'list' | 'fixed';
  readonly max: number;
}

export interface Field {
  readonly name: string;
  readonly type: FieldType;
}

export interface RecordFact {
  readonly name: string;
  readonly fields: readonly Field[];
}

export interface ProgramFact {
  readonly number: string;
  readonly version: number;
}

export interface ProcedureFact {
  readonly program: ProgramFact;
  readonly number: number;
  readonly name: string;
  readonly args: readonly Field[];
  readonly result: readonly Field[];
  readonly high: boolean;
  readonly stream: StreamDirection | undefined;
  /** libvirt version of the public call; absent when there is none. */
  readonly since: string | undefined;
}

export interface MessageFact {
  readonly program: ProgramFact;
  readonly number: number;
  readonly name: string;
  readonly source: string;
  readonly eventId: number;
  readonly body: readonly Field[];
}

export interface Facts {
  readonly records: readonly RecordFact[];
  readonly procedures: readonly ProcedureFact[];
  readonly messages: readonly MessageFact[];
}

const RECORD = /^(\w+) \((.*)\)$/;
const PROGRAM = /^program \w+ (0x[0-9a-f]+) (\d+)$/;
const MESSAGE = /^(\d+) (\w+) message (\w+) (\d+) \((.*)\)$/;
const PROCEDURE =
  /^(\d+) (\w+) \((.*?)\)(?: -> \((.*?)\))?( high)?(?: stream (up|down|both))?(?: internal| since ([\d.]+))$/;
const TYPE = /^(\w+?)(\?|\[\]<=(\d+)|<=(\d+)|\[(\d+)\])?$/;

/** All facts of the tables in `directory`. Throws on a line that it cannot read. */
export function readFacts(directory: URL): Facts {
  const records = lines(new URL('records.txt', directory)).map(({ text, where }) => {
    const [, name, fields] = RECORD.exec(text) ?? refuse(where, text);
    return { name: name!, fields: readFields(fields!, where) };
  });
  const procedures: ProcedureFact[] = [];
  const messages: MessageFact[] = [];
  for (const file of ['remote.txt', 'qemu.txt']) {
    let program: ProgramFact | undefined;
    for (const { text, where } of lines(new URL(file, directory))) {
      const opening = PROGRAM.exec(text);
      if (opening) program = { number: opening[1]!, version: Number(opening[2]) };
      else if (!program) refuse(where, text);
      else if (text.includes(' message ')) messages.push(readMessage(program, text, where));
      else procedures.push(readProcedure(program, text, where));
    }
  }
  return { records, procedures, messages };
}

function readProcedure(program: ProgramFact, text: string, where: string): ProcedureFact {
  const [, number, name, args, result, high, stream, since] = PROCEDURE.exec(text) ?? refuse(where, text);
  return {
    program,
    number: Number(number),
    name: name!,
    args: readFields(args!, where),
    result: readFields(result ?? '', where),
    high: high !== undefined,
    stream: stream as StreamDirection | undefined,
    since,
  };
}

function readMessage(program: ProgramFact, text: string, where: string): MessageFact {
  const [, number, name, source, eventId, body] = MESSAGE.exec(text) ?? refuse(where, text);
  return {
    program,
    number: Number(number),
    name: name!,
    source: source!,
    eventId: Number(eventId),
    body: readFields(body!, where),
  };
}

function readFields(text: string, where: string): Field[] {
  if (text === '') return [];
  return text.split(', ').map((field) => {
    const [name, type] = field.split(': ');
    const [, base, suffix = '', listMax, bytesMax, fixed] = TYPE.exec(type ?? '') ?? refuse(where, field);
    const shape = suffix === '?' ? 'optional' : fixed ? 'fixed' : listMax ? 'list' : 'one';
    return { name: camel(name!), type: { base: base!, shape, max: Number(listMax ?? bytesMax ?? fixed ?? 0) } };
  });
}

function lines(file: URL): { text: string; where: string }[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((text, index) => ({ text, where: `${file.pathname}:${index + 1}` }))
    .filter(({ text }) => text !== '' && !text.startsWith('#'));
}

function refuse(where: string, text: string): never {
  throw new Error(`${where}: cannot read "${text}"`);
}

/** `domain_get_xml_desc` → `domainGetXmlDesc`. */
export function camel(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `domain_get_xml_desc` → `DomainGetXmlDesc`. */
export function pascal(name: string): string {
  return camel(`_${name}`);
}
