/** Somebody else at the host's command line: acts behind the agent's back, through the same daemon and its locks. */
import type { InstanceUuid } from '@chronovirt/contract';
import { CallError } from './call-error.ts';
import type { DomainDefinition } from './definition.ts';
import type { HostConnection } from './connection.ts';

/** Acts that need nothing but the instance. */
export const outsideActs = [
  'destroy',
  'shutdown',
  'suspend',
  'resume',
  'start',
  'undefine',
  'managedSave',
  'managedSaveRemove',
] as const;
export type OutsideAct = (typeof outsideActs)[number];

/** Each answers whether the daemon did it; a refusal is no error here. */
export class Outside {
  readonly #connection: HostConnection;

  constructor(connection: HostConnection) {
    this.#connection = connection;
  }

  /** Begins at once: where nothing is in its way it is done when this call returns. */
  async act(act: OutsideAct, instance: InstanceUuid): Promise<boolean> {
    const { domains } = this.#connection;
    return this.#try(act === 'start' ? domains.create(instance) : domains[act](instance));
  }

  define(definition: DomainDefinition): Promise<boolean> {
    return this.#try(this.#connection.domains.define(definition));
  }

  removeDirectory(instance: InstanceUuid): Promise<boolean> {
    return this.#try(
      this.#connection.own.doomDirectory(instance).then(() => this.#connection.own.removeDirectory(instance)),
    );
  }

  removeFile(instance: InstanceUuid, name: string): Promise<boolean> {
    return this.#try(this.#connection.own.removeFile(instance, name));
  }

  unplugTap(instance: InstanceUuid, tap: string): Promise<boolean> {
    return this.#try(this.#connection.own.unplugTap(instance, tap));
  }

  async #try(call: Promise<unknown>): Promise<boolean> {
    try {
      await call;
      return true;
    } catch (error) {
      if (error instanceof CallError) return false;
      throw error;
    }
  }
}
