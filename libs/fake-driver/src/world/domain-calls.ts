/** Calls of the daemon about one domain, as libvirt offers them. */
import type { InstanceUuid, Mark } from '@chronovirt/contract';
import { CallError } from './call-error.ts';
import type { Body } from './call.ts';
import type { CallMaker } from './call-maker.ts';
import type { DomainDefinition } from './definition.ts';
import type { Domain, SavedMemory } from './domain.ts';
import type { DomainView } from './domain-view.ts';
import type { SimulatedFile } from './file-tree.ts';
import { Guest } from './guest.ts';
import type { Hypervisor } from './hypervisor.ts';

const destroyBody = (domain: Domain): Body<void> => ({
  begin: () => domain.mustRun(),
  finish: () => {
    if (domain.run !== null) domain.stop('destroyed');
  },
});

export class DomainCalls {
  readonly #host: Hypervisor;
  readonly #calls: CallMaker;

  constructor(host: Hypervisor, calls: CallMaker) {
    this.#host = host;
    this.#calls = calls;
  }

  // Looks: they never wait for a job.

  /** The domain as it looks just now; null when there is none. */
  look(instance: InstanceUuid): Promise<DomainView | null> {
    return this.#calls.quick('look', instance, () => this.#host.viewOf(instance));
  }

  lookAtAll(): Promise<readonly DomainView[]> {
    return this.#calls.quick('lookAtAll', null, () => this.#host.allViews());
  }

  // Calls that change a domain. Those without the lock act on arrival.

  define(definition: DomainDefinition): Promise<void> {
    return this.#calls.atOnce('define', definition.uuid, () => this.#host.domain(definition.uuid).define(definition));
  }

  undefine(instance: InstanceUuid): Promise<void> {
    return this.#calls.atOnce('undefine', instance, () => this.#host.existing(instance).undefine());
  }

  create(instance: InstanceUuid): Promise<void> {
    return this.#calls.locked('create', instance, (domain) => ({
      begin: () => domain.beginStart(),
      finish: () => domain.finishStart(),
      cut: () => {
        if (domain.run?.reason === 'starting-up') domain.stop('failed');
      },
    }));
  }

  /** Ends the run at once, going through a busy domain. */
  destroy(instance: InstanceUuid): Promise<void> {
    return this.#calls.locked('destroy', instance, destroyBody, 'preempt');
  }

  /** Asks the guest to shut down; returns when it was asked. */
  shutdown(instance: InstanceUuid): Promise<void> {
    return this.#calls.locked('shutdown', instance, (domain) => ({
      finish: () => new Guest(this.#host, instance).askToShutDown(domain),
    }));
  }

  suspend(instance: InstanceUuid): Promise<void> {
    return this.#calls.locked('suspend', instance, (domain) => ({ finish: () => domain.pause('user') }));
  }

  resume(instance: InstanceUuid): Promise<void> {
    return this.#calls.locked('resume', instance, (domain) => ({ finish: () => domain.unpause() }));
  }

  wakeup(instance: InstanceUuid): Promise<void> {
    return this.#calls.locked('wakeup', instance, (domain) => ({ finish: () => domain.wake() }));
  }

  managedSave(instance: InstanceUuid): Promise<void> {
    return this.#calls.locked('managedSave', instance, (domain) => {
      let saved: SavedMemory | null = null;
      return {
        begin: () => {
          saved = domain.beginSave();
        },
        finish: () => {
          if (saved !== null) domain.finishSave(saved);
        },
        cut: () => domain.cancelSave(),
      };
    });
  }

  /** Changes the definition inside the managed save image. */
  managedSaveDefine(definition: DomainDefinition): Promise<void> {
    return this.#calls.locked('managedSaveDefine', definition.uuid, (domain) => ({
      finish: () => domain.redefineSaved(definition),
    }));
  }

  managedSaveRemove(instance: InstanceUuid): Promise<void> {
    return this.#calls.locked('managedSaveRemove', instance, (domain) => ({
      finish: () => {
        domain.saved = null;
      },
    }));
  }

  /** Changes nothing that matters, but waits for the domain's running job: the barrier. */
  setMetadata(instance: InstanceUuid): Promise<void> {
    return this.#calls.locked('setMetadata', instance, () => ({ finish: () => {} }));
  }

  /** Changes the mark of a running guest, and of its stored definition. */
  setMark(instance: InstanceUuid, mark: Mark): Promise<void> {
    return this.#calls.locked('setMark', instance, (domain) => ({ finish: () => domain.setMark(mark) }));
  }

  /** Begins to mirror the root disk of a running guest into a file; the mirror goes on without its caller. */
  beginMirror(instance: InstanceUuid, file: Omit<SimulatedFile, 'whole' | 'content'>): Promise<void> {
    return this.#calls.locked('beginMirror', instance, (domain) => ({
      begin: () => {
        domain.mustRun();
        if (domain.mirror !== null) throw new CallError('OPERATION_INVALID', 'the disk has a job already');
        this.#host.files.write(instance, { ...file, content: '', whole: false });
        domain.mirror = { file: file.name, ready: false };
      },
      finish: () => {
        if (domain.mirror !== null) domain.mirror = { ...domain.mirror, ready: true };
      },
    }));
  }

  /**
   * Ends the mirror: a file that is alike holds the disk of this moment, any other is worth nothing. `frozen`: with the guest's file systems
   * frozen for that moment, or not at all.
   */
  endMirror(instance: InstanceUuid, { frozen }: { readonly frozen: boolean } = { frozen: false }): Promise<void> {
    return this.#calls.locked('endMirror', instance, (domain) => ({
      finish: () => {
        const { mirror } = domain;
        if (frozen && (domain.run?.state !== 'running' || !this.#host.agentGuests.has(instance)))
          throw new CallError('AGENT_UNRESPONSIVE', 'no agent answers in the guest');
        if (mirror === null) throw new CallError('OPERATION_INVALID', 'the disk has no job');
        domain.mirror = null;
        const { files } = this.#host;
        const file = files.view(instance)?.files.find(({ name }) => name === mirror.file);
        if (file !== undefined && mirror.ready)
          files.write(instance, { ...file, content: `${files.boots(instance)}`, whole: true });
      },
    }));
  }
}
