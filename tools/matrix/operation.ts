/** What an operation of the matrix is, and what it is carried out with. */
import { until } from '@chronovirt/testing/lab';
import type { LabHost } from '../lab/lab-host.ts';
import type { LabSettings, LabSystem } from '../lab/lab-system.ts';

/** A guest, the host that it begins on, and the other one, whether it goes there or not. */
export interface Route {
  readonly system: LabSystem;
  readonly uuid: string;
  readonly source: LabHost;
  readonly destination: LabHost;
}

/** What an operation is carried out with. */
export interface Scene extends Route {
  /** Orders something of the guest, until somebody answers, and waits until it rests. @throws {Refused} */
  order(name: string, args?: object): Promise<void>;
  /** The same, without waiting for the rest. @throws {Refused} */
  begin(name: string, args?: object): Promise<void>;
  /** Waits until its memory or disks are on their way to the other host, or that is over. */
  copies(): Promise<void>;
  /** The same of a host; nothing is waited for. */
  orderHost(host: string, name: string, args?: object): Promise<void>;
  /** Waits until a host's maintenance is in one of these states. */
  maintenance(host: string, states: readonly string[]): Promise<void>;
  /** Waits until the coordinator takes the host for lost. */
  silent(host: string): Promise<void>;
  /** Waits until its history holds an event of this type. */
  stored(type: string): Promise<void>;
  /** Throws with the reason unless the guest is recorded to be on that host. */
  isOn(host: LabHost): Promise<void>;
  /** Waits until the guest would take a command. */
  takes(command: string): Promise<void>;
}

/** A guard said no: what comes after it in the operation has nothing to begin with. */
export class Refused extends Error {
  readonly code = 'MATRIX_REFUSED';
}

/** With what its agents are told meanwhile. */
export interface Operation extends LabSettings {
  readonly name: string;
  /** The guest is asked to shut down, so it has to have booted. */
  readonly needsBoot: boolean;
  readonly hosts: 1 | 2;
  /** A host is ordered about, with all that is on it. */
  readonly isOfHost?: true;
  /** The source has no power while it goes on: no guest of it is there to be killed. */
  readonly losesSource?: true;
  perform(scene: Scene): Promise<void>;
  /** Nothing is ordered of the guest itself. */
  readonly isUnordered?: true;
  /** Takes away what it made beside the guest, once that is deleted. */
  clearUp?(route: Route): Promise<void>;
}

/** Waits until a look says yes; the matrix's own limit. */
export const settles = <T>(what: string, timeoutMs: number, look: () => Promise<T> | T) =>
  until(look, { what, timeoutMs, everyMs: 200 });
