/** What comes into the mailbox of a host's actor, and what deciding needs to know. */
import type { HeardOfHost, HostName, HostOrder, Incarnation } from '@chronovirt/contract';
import type { Item } from '../decide/types.ts';
import type { HostPolicy } from './policy.ts';

/** What the coordinator hears, or does not hear, of a host. */
export type HostLink =
  | { readonly kind: 'heard'; readonly heard: HeardOfHost }
  /** Neither a report nor an answer for so long, by the coordinator's own clock and while its own link was up. */
  | { readonly kind: 'silent'; readonly silentMs: number };

export type HostItem =
  | { readonly kind: 'command'; readonly command: HostOrder }
  | { readonly kind: 'link'; readonly link: HostLink }
  | Exclude<Item, { kind: 'command' | 'link' }>;

/** Facts of the cluster that guards ask for. */
export interface HostFacts {
  /** The journal takes no new commands. */
  readonly full: boolean;
  /** The configuration has a fence command for this host. */
  readonly canFence: boolean;
  /** Instances whose owner it is and that are not deleted. */
  readonly instances: number;
  /** Something under way rests on the proof that this host runs no guest: it is not let in meanwhile. */
  readonly reliedOn: boolean;
}

export interface HostEnv {
  /** The host that the history is of. */
  readonly of: HostName;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly seq?: number;
  readonly incarnation: Incarnation;
  readonly policy: HostPolicy;
  readonly facts: HostFacts;
}
