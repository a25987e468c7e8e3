/**
 * Turns procedures into the methods that people call, by the habits of libvirt's public calls:
 * positional arguments, `flags` defaulting to 0, lists asked for whole, counts asked for first, one result unwrapped.
 */
import { camel } from './facts.ts';
import type { Facts, Field, ProcedureFact } from './facts.ts';
import { BANNER, typeOf } from './emit-codecs.ts';

/** Served elsewhere: by the session, by the events, or by hand in `libvirt.ts` because the wire form is no good to a caller. */
const ELSEWHERE =
  /^connect_(open|close|.*register.*)$|^node_get_(info|security_model|cpu_map)$|^domain_get_cpu_stats$|^connect_get_all_domain_stats$/;

const PUBLIC_NAMES: Record<string, string> = {
  domain_monitor_command: 'domainQemuMonitorCommand',
  domain_attach: 'domainQemuAttach',
  domain_agent_command: 'domainQemuAgentCommand',
};

/** `VIR_TYPED_PARAM_STRING_OKAY`: without it the daemon leaves string values out. */
const STRING_OKAY = 4;

/** `generated/calls.ts`: an abstract class with a method per procedure. */
export function emitCalls(facts: Facts): string {
  const offered = facts.procedures.filter((fact) => fact.since !== undefined && !ELSEWHERE.test(fact.name));
  const fields = offered.flatMap((fact) => [...fact.args, ...fact.result]);
  const records = facts.records
    .map((fact) => fact.name)
    .filter(
      (name) =>
        name !== 'TypedParam' && !name.startsWith('NodeGet') && fields.some((field) => field.type.base === name),
    );
  return `${BANNER}
import type { CallOptions } from '../session/call-options.ts';
import type { LibvirtStream } from '../session/stream.ts';
import { fromCounters, fromTypedParams, toTypedParams } from '../typed-params.ts';
import type { TypedParams, TypedParamsInput } from '../typed-params.ts';
import type { Procedure } from '../wire/procedure.ts';
import * as p from './procedures.ts';
import type { ${records.join(', ')} } from './records.ts';

/** One method per public call, named after it. */
export abstract class LibvirtCalls {
  protected abstract call<Args, Result>(procedure: Procedure<Args, Result>, args: Args, options?: CallOptions): Promise<Result>;
  protected abstract open<Args, Result>(procedure: Procedure<Args, Result>, args: Args, options?: CallOptions): Promise<{ result: Result; stream: LibvirtStream }>;
  /** Asks how many there are, then for that many. */
  protected abstract counted<Args, Item>(procedure: Procedure<Args, { readonly params: readonly Item[]; readonly nparams: number }>, args: (nparams: number) => Args, options?: CallOptions): Promise<readonly Item[]>;

${offered.map(method).join('\n')}}
`;
}

function method(fact: ProcedureFact): string {
  const { name, args, result, since, stream } = fact;
  const parameters = args.filter((field) => !implied(field));
  const counted = args.some((field) => field.name === 'nparams');
  const signature = [
    ...parameters.map((field, i) => parameter(field, i === parameters.length - 1)),
    'options?: CallOptions',
  ].join(', ');
  const [returns, body] = stream ? opening(fact) : counted ? countedCall(fact) : plainCall(fact, result);
  return `  /** \`${name}\`, since libvirt ${since}. */
  async ${PUBLIC_NAMES[name] ?? camel(name)}(${signature}): Promise<${returns}> {
    ${body}
  }
`;
}

function opening(fact: ProcedureFact): [string, string] {
  const open = `await this.open(p.${camel(fact.name)}, ${argument(fact)}, options)`;
  const [only] = fact.result;
  if (!only) return ['LibvirtStream', `return (${open}).stream;`];
  return [
    `{ ${only.name}: ${typeOf(only.type)}; stream: LibvirtStream }`,
    `const { result, stream } = ${open};\n    return { ${only.name}: result.${only.name}, stream };`,
  ];
}

function countedCall(fact: ProcedureFact): [string, string] {
  const typed = fact.result[0]!.type.base === 'TypedParam';
  const params = `await this.counted(p.${camel(fact.name)}, (nparams) => (${argument(fact, typed)}), options)`;
  return typed
    ? ['TypedParams', `return fromTypedParams(${params});`]
    : ['Record<string, bigint>', `return fromCounters(${params});`];
}

function plainCall(fact: ProcedureFact, result: readonly Field[]): [string, string] {
  const call = `await this.call(p.${camel(fact.name)}, ${argument(fact)}, options)`;
  if (result.length === 0) return ['void', `${call};`];
  const [first, second] = result;
  const list = second && first!.type.shape === 'list' && ['ret', 'nerrors'].includes(second.name);
  if (result.length === 1 || list) {
    const value = `(${call}).${first!.name}`;
    return isParams(first!)
      ? ['TypedParams', `return fromTypedParams(${value});`]
      : [typeOf(first!.type), `return ${value};`];
  }
  const type = `{ ${result.map((field) => `readonly ${field.name}: ${isParams(field) ? 'TypedParams' : typeOf(field.type)}`).join('; ')} }`;
  const params = result.find(isParams);
  if (!params) return [type, `return ${call};`];
  return [
    type,
    `const result = ${call};\n    return { ...result, ${params.name}: fromTypedParams(result.${params.name}) };`,
  ];
}

function argument({ args }: ProcedureFact, strings = false): string {
  if (args.length === 0) return 'undefined';
  const members = args.map((field) => {
    if (field.name === 'needResults') return 'needResults: true';
    if (field.name === 'flags' && strings) return `flags: flags | ${STRING_OKAY}`;
    if (isParams(field)) return `${field.name}: toTypedParams(${field.name})`;
    return field.name;
  });
  return `{ ${members.join(', ')} }`;
}

function parameter(field: Field, last: boolean): string {
  if (field.name === 'flags' && last) return 'flags = 0';
  return `${field.name}: ${isParams(field) ? 'TypedParamsInput' : typeOf(field.type)}`;
}

function implied(field: Field): boolean {
  return field.name === 'needResults' || field.name === 'nparams';
}

function isParams(field: Field): boolean {
  return field.type.base === 'TypedParam';
}
