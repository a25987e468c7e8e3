import type { z } from 'zod';
import type { ErrorCode } from './error-codes.ts';

/** The contract's groups, in the order in which a reader meets them. */
export const groupNames = [
  'lifecycle',
  'power',
  'rescue',
  'resize',
  'live-migration',
  'volume',
  'network',
  'security',
  'console',
  'snapshot-image',
  'guest',
  'stats',
  'host',
  'aggregate',
  'inventory',
  'events',
  'loader',
  'block-device-helpers',
] as const;
export type GroupName = (typeof groupNames)[number];

/** `command` changes an instance, `hostCommand` changes a host, `query` changes nothing, `helper` does not touch a hypervisor. */
export type Kind = 'command' | 'hostCommand' | 'query' | 'helper';

/** What the name stands for: a method of the driver, its one attribute, or a function of the module. */
export type Form = 'method' | 'attribute' | 'function';

/** A way in which a method fails: the code that a caller sees, and when. */
export interface ErrorCase {
  readonly code: ErrorCode;
  readonly when: string;
}

/** What everybody who calls or writes the method needs to know, in sentences. */
export interface Facts {
  /** What it is for, in one sentence. */
  readonly summary: string;
  /** How vmState, taskState and powerState move, if they do. The record is written by the caller, never by the driver. */
  readonly states?: string;
  /** What the caller has seen to before the call. */
  readonly before: readonly string[];
  /** The promises. Each has a name that the contract suite proves it under. */
  readonly promises: Readonly<Record<string, string>>;
  readonly errors: readonly ErrorCase[];
  /** `ensure`: again = once. `query`: changes nothing. `atMostOnce`: unknown after a crash, never again. `helper`: no effect outside. */
  readonly idempotency: 'ensure' | 'query' | 'atMostOnce' | 'helper';
  /** What a second call does. */
  readonly repeat: string;
  /** Which parameters this project follows, and why: those of today's Nova, or those of the page that defines the contract. */
  readonly signature: { readonly follows: 'today' | 'seed'; readonly why: string };
  /** Parameters of the seed page that have another name here. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Parameters of the seed page that are gone, with the reason. */
  readonly dropped?: Readonly<Record<string, string>>;
  /** What became of it in Nova. */
  readonly upstream: {
    readonly status: 'kept' | 'changed' | 'renamed' | 'moved' | 'removed';
    readonly since?: string;
    readonly note?: string;
  };
  /** Nova's libvirt driver answered "not implemented", in the seed era or today. */
  readonly missingInNovaLibvirt?: true;
  /** How libvirt does it, and what bites. */
  readonly libvirt: readonly string[];
  /** How to see on a real host that it holds. */
  readonly verify: string;
}

/** One name of the contract without its group. `name` is Nova's spelling; the key that it stands under is the same in camelCase. */
export interface Definition extends Facts {
  readonly name: string;
  readonly form?: Form;
  readonly kind: Kind;
  /** The arguments, as one object with Nova's parameter names in camelCase. */
  readonly params: z.ZodObject;
  readonly result: z.ZodType;
}

/** One name of the contract. */
export interface Entry extends Definition {
  readonly group: GroupName;
  readonly form: Form;
}

type InGroup<D extends Definition, G extends GroupName> = D & {
  readonly group: G;
  readonly form: D extends { form: infer F extends Form } ? F : 'method';
};

/** Gives the entries of a group their group, and `form: 'method'` where nothing else is said; types stay exact. */
export function group<G extends GroupName, const D extends Record<string, Definition>>(
  name: G,
  definitions: D,
): { readonly [K in keyof D]: InGroup<D[K], G> } {
  const entries = Object.entries(definitions).map(([key, definition]) => [
    key,
    { form: 'method', ...definition, group: name },
  ]);
  return Object.fromEntries(entries) as { readonly [K in keyof D]: InGroup<D[K], G> };
}
