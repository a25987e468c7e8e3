/** Two hosts for the methods that bring a running instance from one to the other: it is made on `a` and goes to `b`. */
import type { ComputeNode, InstanceUuid } from '@chronovirt/contract';
import type { ContractHost } from './contract-host.ts';

export type Side = 'a' | 'b';
export type Storage = 'shared' | 'separate';

/** What is true of both hosts together, and what can befall them. */
export interface Site {
  readonly storage: Storage;
  /** No packet passes between the hosts any more. */
  cut(): Promise<void>;
  heal(): Promise<void>;
}

/** One host of a pair: as any host of the suite, as far as a move needs it. */
export interface PairedContractHost extends Pick<
  ContractHost,
  'driver' | 'host' | 'time' | 'newInstance' | 'inspect' | 'sign' | 'outside' | 'warnings' | 'close'
> {
  readonly site: Site;
  /** Its name, as orders to move name it. */
  readonly name: string;
  /** Its record, as its peers know it. */
  node(): Promise<ComputeNode>;
  /** The same record, but of a host whose CPU this one cannot stand in for. */
  strangeCpu(node: ComputeNode): ComputeNode;
  /** Names of the files that lie where the instances do, and are of none. */
  strays(): Promise<readonly string[]>;
  /** Disks of an instance on this host's storage by role: format, size that a guest sees in bytes, what is beneath. */
  disks(uuid: InstanceUuid): Promise<Readonly<Record<string, DiskFacts>>>;
  /** Gives a guest on it something that is of this host and cannot move. */
  bind(uuid: InstanceUuid): Promise<void>;
  /** A move of the guest away from here does not end before the answer is called. */
  slow(uuid: InstanceUuid): Promise<() => Promise<void>>;
  /** Whether other machines on the guest's network would find it here. */
  isWired(uuid: InstanceUuid): Promise<boolean>;
}

export interface DiskFacts {
  readonly format: string;
  readonly bytes: number;
  /** Name of the image; null = none. */
  readonly backing: string | null;
}

export interface ContractPair {
  readonly a: PairedContractHost;
  readonly b: PairedContractHost;
  close(): Promise<void>;
}
