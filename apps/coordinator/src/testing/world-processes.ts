/** The processes of a cluster in memory. */
import type { Incarnation, TurnMessage } from '@chronovirt/contract';
import type { FakeDriver } from '@chronovirt/fake-driver';
import type { Host, MemoryJournal, MoveQueries } from '@chronovirt/runtime';
import type { Fate } from '@chronovirt/testing/process';
import type { Cluster } from '../cluster/cluster.ts';
import type { Fleet } from '../hosts/fleet.ts';
import type { ImageSweep } from '../images/sweep-images.ts';
import type { Hosts } from '../hosts/hosts.ts';
import type { ReadModel } from '../read-model/read-model.ts';

/** One process of a host's agent. */
export interface WorldAgent {
  readonly host: Host;
  readonly driver: FakeDriver;
  readonly fate: Fate;
  readonly queries: MoveQueries;
  readonly journal: MemoryJournal;
  readonly incarnation: Incarnation;
}

export interface Coordinator {
  readonly cluster: Cluster;
  readonly model: ReadModel;
  readonly hosts: Hosts;
  readonly fate: Fate;
  readonly journal: MemoryJournal;
  /** The hosts' own histories, in a world that has them. */
  readonly fleet: Fleet | null;
  readonly sweep: ImageSweep;
}

export type OnAppend = (n: number, when: 'before' | 'after', message: TurnMessage) => void;
