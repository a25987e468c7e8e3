/** What brings a guest to another host: the daemons' own move, and the files that its caller sends. */
import type { InstanceUuid, Mark } from '@chronovirt/contract';
import { CallError } from './call-error.ts';
import type { CallMaker } from './call-maker.ts';
import type { MoveView } from './domain.ts';
import type { Hypervisor } from './hypervisor.ts';
import { MigrationJob, type MigrationRequest, type Steering } from './migration-job.ts';
import type { Neighbours } from './neighbours.ts';

export class MoveCalls {
  readonly #host: Hypervisor;
  /** Null where there are no other hosts. */
  readonly #neighbours: Neighbours | null;
  readonly #calls: CallMaker;

  constructor(host: Hypervisor, neighbours: Neighbours | null, calls: CallMaker) {
    this.#host = host;
    this.#neighbours = neighbours;
    this.#calls = calls;
  }

  /** Has the daemon take the guest to another host; ends when the move has. The daemon goes on with it whatever becomes of the caller. */
  migrate(instance: InstanceUuid, request: MigrationRequest): Promise<void> {
    return this.#calls.locked('migrate', instance, (domain) => {
      const neighbours = this.#neighbours;
      if (neighbours === null) throw new CallError('OPERATION_FAILED', 'this host knows no other');
      const job = new MigrationJob(this.#host, neighbours, domain, request);
      return {
        begin: () => {
          domain.move = job;
        },
        work: (lock) => job.run(lock),
        finish: () => job.finish(),
      };
    });
  }

  /** Notes in the live metadata which operation moves the guest away. Waits for a running job, as every change does. */
  noteMove(instance: InstanceUuid, by: Mark): Promise<void> {
    return this.#calls.locked('noteMove', instance, (domain) => ({
      finish: () => {
        domain.mustRun().movedBy = by;
      },
    }));
  }

  /** Has the daemon of another host read a small file of an instance there. Throws `OPERATION_FAILED` when that cannot be reached. */
  readFrom(host: string, instance: InstanceUuid, name: string): Promise<string> {
    return this.#calls.local('readFrom', instance, () => {
      const neighbours = this.#neighbours;
      const other = neighbours?.find(host) ?? null;
      if (other === null || !other.daemonUp || neighbours?.connected(this.#host, other) !== true)
        throw new CallError('OPERATION_FAILED', `unable to connect to server at '${host}'`);
      const file = other.files.view(instance)?.files.find((one) => one.name === name);
      if (file === undefined) throw new CallError('NO_SUCH_FILE', `${name}: no such file on ${host}`);
      return file.content;
    });
  }

  /** Steers the running move; waits for no lock. Throws `OPERATION_INVALID` when there is none, or it is too late. */
  steerMigration(instance: InstanceUuid, how: Steering): Promise<void> {
    return this.#calls.atOnce('steerMigration', instance, () => {
      const { move } = this.#host.existing(instance);
      if (move === null) throw new CallError('OPERATION_INVALID', 'no job is active on the domain');
      move.steer(how);
    });
  }

  /**
   * Orders a post-copy that broke off on, and does not wait for its end. Throws `OPERATION_INVALID` when none did, or the destination does
   * not know that it did; `OPERATION_FAILED` when that is not reached.
   */
  recoverMigration(instance: InstanceUuid, to: string): Promise<void> {
    return this.#calls.atOnce('recoverMigration', instance, () => {
      const { move } = this.#host.existing(instance);
      if (move === null) throw new CallError('OPERATION_INVALID', 'no job is active on the domain');
      move.recover(to);
    });
  }

  /** How far the running move is; null when none runs. */
  moveOf(instance: InstanceUuid): Promise<MoveView | null> {
    return this.#calls.quick('moveOf', instance, () => this.#host.find(instance)?.move?.view() ?? null);
  }

  /** Leaves an empty file with a new name on this host's storage, which it answers. */
  writeProbe(): Promise<string> {
    return this.#calls.local('writeProbe', null, () => this.#host.files.writeProbe(this.#host.name));
  }

  removeProbe(name: string): Promise<void> {
    return this.#calls.local('removeProbe', null, () => this.#host.files.removeProbe(name));
  }

  probes(): Promise<string[]> {
    return this.#calls.local('probes', null, () => this.#host.files.probes());
  }

  /**
   * Asks another host whether it waits for the files of a move, and whether it sees the same storage. Throws `OPERATION_FAILED` when it
   * cannot be reached, `OPERATION_INVALID` when it waits for none.
   */
  askForFiles(host: string, migration: string, instance: InstanceUuid): Promise<{ readonly shared: boolean }> {
    return this.#calls.local('askForFiles', instance, () => {
      const other = this.#receiver(host, migration, instance);
      return { shared: other.files === this.#host.files };
    });
  }

  /** Sends a kept file to another host. It is there as a whole or, when the way breaks, as a half that the next time goes on from. */
  sendFile(host: string, migration: string, instance: InstanceUuid, name: string, signal: AbortSignal): Promise<void> {
    return this.#calls.child('sendFile', instance, signal, {
      begin: () => this.#receiver(host, migration, instance).files.receiveFile(instance, name, this.#host.files, false),
      finish: () => this.#receiver(host, migration, instance).files.receiveFile(instance, name, this.#host.files, true),
    });
  }

  /** The host that files go to; throws when it cannot be reached, or does not wait for them. */
  #receiver(host: string, migration: string, instance: InstanceUuid): Hypervisor {
    const neighbours = this.#neighbours;
    const other = neighbours?.find(host) ?? null;
    const reached = other !== null && neighbours?.connected(this.#host, other) === true;
    const answer = reached ? other.answerToFiles(migration, instance) : 'silent';
    if (other === null || answer === 'silent')
      throw new CallError('OPERATION_FAILED', `the peer service at '${host}' does not answer`);
    if (answer === 'refused')
      throw new CallError('OPERATION_INVALID', `host ${host} waits for no files of instance ${instance}`);
    return other;
  }
}
