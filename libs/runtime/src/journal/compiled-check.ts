/**
 * A schema as one straight-line function that only says yes. For what a JSON parser gave, most of a schema's work is to copy the value and
 * to be ready to tell what is wrong with it; a stored message is nearly always right, and a start checks one of every history.
 *
 *   true    the schema takes the value, and its output would equal it
 *   false   nothing is said: ask the schema, which also knows why
 *
 * So a kind of schema that is not known here makes reading slower, never laxer (`unknown` names it, and a test wants none).
 */
import type * as core from 'zod/v4/core';

export interface CompiledCheck {
  /** For values out of a JSON parser: no `undefined`, no accessors, plain prototypes. */
  accepts(value: unknown): boolean;
  /** Kinds of schemas and checks in it that are left to the schema. */
  readonly unknown: readonly string[];
}

/** Compiles a schema. Where the process may not make code from text, every question is left to the schema. */
export function compileCheck(schema: core.$ZodType): CompiledCheck {
  const writer = new Writer();
  const main = writer.functionOf(schema);
  const code = `'use strict';\n${writer.functions.join('\n')}\nreturn ${main};`;
  try {
    // The text is made of the schema's own field names and numbers, each quoted as JSON; patterns are handed in as objects.
    // oxlint-disable-next-line no-implied-eval, no-new-func
    const accepts = new Function('patterns', code)(writer.patterns) as CompiledCheck['accepts'];
    return { accepts, unknown: [...writer.unknown] };
  } catch {
    return { accepts: () => false, unknown: ['code from text'] };
  }
}

type SchemaDef = core.$ZodTypes['_zod']['def'];
type CheckDef = core.$ZodChecks['_zod']['def'];

/** Where zod keeps what a schema or a check is made of, for libraries like this one. */
// oxlint-disable-next-line no-underscore-dangle
const inside = <T>({ _zod }: { readonly _zod: T }): T => _zod;
const defOf = (schema: core.$ZodType): SchemaDef => inside(schema).def as SchemaDef;

const no = 'return false;';
const quoted = (value: unknown): string => JSON.stringify(value);

/** Writes statements that look at a variable and `return false` where it is not as expected. */
class Writer {
  readonly functions: string[] = [];
  readonly patterns: RegExp[] = [];
  readonly unknown = new Set<string>();
  readonly #names = new Map<core.$ZodType, string>();
  #count = 0;

  /** The name of a function of its own: what refers to itself ends there, and small functions are compiled better than a large one. */
  functionOf(schema: core.$ZodType): string {
    const known = this.#names.get(schema);
    if (known !== undefined) return known;
    const name = this.#fresh('accepts');
    this.#names.set(schema, name);
    this.functions.push(`function ${name}(value) { ${this.#look(schema, 'value')} return true; }`);
    return name;
  }

  #look(schema: core.$ZodType, at: string): string {
    const def = defOf(schema);
    const checks = (): string => this.#checks(def, at);
    switch (def.type) {
      case 'unknown':
        return checks();
      case 'null':
        return `if (${at} !== null) ${no} ${checks()}`;
      case 'boolean':
        return `if (typeof ${at} !== 'boolean') ${no} ${checks()}`;
      case 'string':
        return `if (typeof ${at} !== 'string') ${no} ${checks()}`;
      case 'number':
        return `if (!Number.isFinite(${at})) ${no} ${checks()}`;
      case 'literal':
        return `${this.#oneOf(def.values, at)} ${checks()}`;
      case 'enum':
        return `${this.#oneOf(Object.values(def.entries), at)} ${checks()}`;
      case 'nullable':
        return `if (${at} !== null) { ${this.#look(def.innerType, at)} } ${checks()}`;
      case 'array': {
        const [index, element] = [this.#fresh('index'), this.#fresh('element')];
        const each = `for (let ${index} = 0; ${index} < ${at}.length; ${index}++) { const ${element} = ${at}[${index}]; ${this.#look(def.element, element)} }`;
        return `if (!Array.isArray(${at})) ${no} ${checks()} ${each}`;
      }
      case 'object':
        return `if (!${this.#objectOf(def)}(${at})) ${no} ${checks()}`;
      case 'record': {
        const [key, value] = [this.#fresh('key'), this.#fresh('value')];
        // A schema leaves this one key out of what it returns.
        const own = `if (${key} === '__proto__') ${no} ${this.#look(def.keyType, key)}`;
        return `${isObject(at)} for (const ${key} in ${at}) { ${own} const ${value} = ${at}[${key}]; ${this.#look(def.valueType, value)} } ${checks()}`;
      }
      case 'lazy':
        return `if (!${this.functionOf(inside(schema as core.$ZodLazy).innerType)}(${at})) ${no} ${checks()}`;
      case 'union': {
        const any = def.options.map((option) => `${this.functionOf(option)}(${at})`).join(' || ');
        return `${'discriminator' in def ? this.#choice(def as core.$ZodDiscriminatedUnionDef, at) : `if (!(${any})) ${no}`} ${checks()}`;
      }
      default:
        return this.#leave(def.type);
    }
  }

  /** Every field as its schema wants it, and no other one. */
  #objectOf(def: core.$ZodObjectDef): string {
    if (def.catchall === undefined || defOf(def.catchall).type !== 'never')
      return this.#left(`object that takes more than it names`);
    const name = this.#fresh('object');
    const fields = Object.entries(def.shape).map(([field, schema]) => {
      const variable = this.#fresh('field');
      const read = `const ${variable} = value[${quoted(field)}];`;
      const inner = defOf(schema);
      if (inside(schema).optin !== 'optional') return `${read} more--; ${this.#look(schema, variable)}`;
      // Anything else that may be missing fills in something of its own.
      if (inner.type !== 'optional' || inside(inner.innerType).optin === 'optional')
        return this.#leave(`${inner.type} that may be missing`);
      return `${read} if (${variable} !== undefined) { more--; ${this.#look(inner.innerType, variable)} ${this.#checks(inner, variable)} }`;
    });
    const count = 'let more = 0; for (const _ in value) more++;';
    this.functions.push(
      `function ${name}(value) { ${isObject('value')} ${count} ${fields.join('\n')} return more === 0; }`,
    );
    return name;
  }

  #choice({ discriminator, options }: core.$ZodDiscriminatedUnionDef, at: string): string {
    const cases = options.map((option) => {
      const values = [...(inside(option).propValues?.[discriminator] ?? [])];
      if (values.length === 0 || !values.every(isPlain)) return this.#leave('union of unnamed kinds');
      return `${values.map((value) => `case ${quoted(value)}:`).join(' ')} ${this.#look(option, at)} break;`;
    });
    return `${isObject(at)} switch (${at}[${quoted(discriminator)}]) { ${cases.join('\n')} default: ${no} }`;
  }

  #oneOf(values: readonly unknown[], at: string): string {
    if (!values.every(isPlain)) return this.#leave('value that JSON cannot say');
    return `if (${values.map((value) => `${at} !== ${quoted(value)}`).join(' && ')}) ${no}`;
  }

  #checks(def: core.$ZodTypeDef, at: string): string {
    const own = 'check' in def ? [def as unknown as CheckDef] : [];
    const others = (def.checks ?? []).map((check) => inside(check).def as CheckDef);
    return [...own, ...others].map((check) => this.#check(check, at)).join(' ');
  }

  #check(def: CheckDef, at: string): string {
    switch (def.check) {
      case 'min_length':
        return `if (${at}.length < ${quoted(def.minimum)}) ${no}`;
      case 'max_length':
        return `if (${at}.length > ${quoted(def.maximum)}) ${no}`;
      case 'greater_than':
        return `if (!(${at} ${def.inclusive ? '>=' : '>'} ${Number(def.value)})) ${no}`;
      case 'less_than':
        return `if (!(${at} ${def.inclusive ? '<=' : '<'} ${Number(def.value)})) ${no}`;
      case 'number_format':
        return def.format === 'safeint' ? `if (!Number.isSafeInteger(${at})) ${no}` : this.#leave(def.format);
      case 'string_format': {
        const { pattern } = def;
        // Other formats than a plain pattern may look further or change the text.
        if (def.format !== 'regex' || pattern === undefined || pattern.global || pattern.sticky)
          return this.#leave(def.format);
        return `if (!patterns[${this.patterns.push(pattern) - 1}].test(${at})) ${no}`;
      }
      default:
        return this.#leave(def.check);
    }
  }

  #leave(what: string): string {
    this.unknown.add(what);
    return no;
  }

  #left(what: string): string {
    this.unknown.add(what);
    return '(() => false)';
  }

  #fresh(what: string): string {
    this.#count += 1;
    return `${what}${this.#count}`;
  }
}

const isObject = (at: string): string =>
  `if (typeof ${at} !== 'object' || ${at} === null || Array.isArray(${at})) ${no}`;
const isPlain = (value: unknown): boolean => value === null || ['string', 'number', 'boolean'].includes(typeof value);
