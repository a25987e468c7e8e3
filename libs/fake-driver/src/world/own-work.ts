/** The caller's own work on the host: directories, files, images and taps. It goes on without the daemon; its children die with it. */
import type { InstanceUuid, MadeImage, Mark } from '@chronovirt/contract';
import { CallError } from './call-error.ts';
import type { CallMaker } from './call-maker.ts';
import type { SimulatedFile } from './file-tree.ts';
import type { Hypervisor } from './hypervisor.ts';
import type { LocalView } from './local-view.ts';

export class OwnWork {
  readonly #host: Hypervisor;
  readonly #calls: CallMaker;

  constructor(host: Hypervisor, calls: CallMaker) {
    this.#host = host;
    this.#calls = calls;
  }

  /** `kept`: what this host has set aside, or whichever did. */
  lookAtFiles(instance: InstanceUuid, kept: 'own' | 'any' = 'own'): Promise<LocalView> {
    return this.#calls.local('lookAtFiles', instance, () =>
      kept === 'any' ? this.#host.localView(instance, null) : this.#host.localView(instance),
    );
  }

  readConsole(instance: InstanceUuid): Promise<string> {
    return this.#calls.local('readConsole', instance, () => this.#host.consoleOf(instance));
  }

  makeDirectory(instance: InstanceUuid, madeBy: Mark): Promise<void> {
    return this.#calls.local('makeDirectory', instance, () => this.#host.files.makeDirectory(instance, madeBy));
  }

  /** A child process writes a file; until it has ended the file is not whole. */
  writeFile(
    call: string,
    instance: InstanceUuid,
    file: Omit<SimulatedFile, 'whole'>,
    signal: AbortSignal,
  ): Promise<void> {
    return this.#calls.child(call, instance, signal, {
      begin: () => this.#host.files.write(instance, { ...file, whole: false }),
      finish: () => this.#host.files.write(instance, { ...file, whole: true }),
    });
  }

  /** A child copies the root disk of a guest that is off. */
  convertDisk(
    instance: InstanceUuid,
    file: Omit<SimulatedFile, 'whole' | 'content'>,
    signal: AbortSignal,
  ): Promise<void> {
    const { files } = this.#host;
    return this.#calls.child('convertDisk', instance, signal, {
      begin: () => files.write(instance, { ...file, content: '', whole: false }),
      finish: () => files.write(instance, { ...file, content: `${files.boots(instance)}`, whole: true }),
    });
  }

  /** A copy gets the name of an image: at once as a whole. */
  keepImage(instance: InstanceUuid, copy: string, sha256: string, isPersons: boolean): Promise<void> {
    return this.#calls.local('keepImage', instance, () =>
      this.#host.files.keepImage(instance, copy, sha256, isPersons),
    );
  }

  /** Renames a file of the instance: at once as a whole. */
  renameFile(instance: InstanceUuid, from: string, to: string): Promise<void> {
    return this.#calls.local('renameFile', instance, () => this.#host.files.rename(instance, from, to));
  }

  removeFile(instance: InstanceUuid, name: string): Promise<void> {
    return this.#calls.local('removeFile', instance, () => this.#host.files.remove(instance, name));
  }

  /** A child fetches an image into the cache, under a temporary name. */
  fetchImage(instance: InstanceUuid, sha256: string, temporary: string, signal: AbortSignal): Promise<void> {
    const file = { name: temporary, madeBy: null, content: sha256 };
    return this.#calls.child('fetchImage', instance, signal, {
      begin: () => {
        if (this.#host.missingImages.has(sha256)) throw new CallError('IMAGE_NOT_FOUND', `no image ${sha256}`);
        this.#host.files.writeBase({ ...file, whole: false });
      },
      finish: () => this.#host.files.writeBase({ ...file, whole: true }),
    });
  }

  renameBase(instance: InstanceUuid, from: string, to: string): Promise<void> {
    return this.#calls.local('renameBase', instance, () => this.#host.files.renameBase(from, to));
  }

  madeImages(): Promise<MadeImage[]> {
    return this.#calls.local('madeImages', null, () => this.#host.files.madeImages());
  }

  /** Answers whether it was there as it was listed. Guests rest on copies of their own. */
  removeImage(image: MadeImage): Promise<boolean> {
    return this.#calls.local('removeImage', null, () => this.#host.files.removeMade(image));
  }

  /** Cached images that no disk rests on, by how many hours ago each was wanted. */
  unusedBase(): Promise<ReadonlyMap<string, number>> {
    return this.#calls.local('unusedBase', null, () => {
      const { files } = this.#host;
      const used = new Set(files.imagesInUse());
      const unused = files.baseFiles().filter(({ name, whole }) => whole && !name.startsWith('.') && !used.has(name));
      return new Map(unused.map(({ name }) => [name, files.baseAge.get(name) ?? 0]));
    });
  }

  /** Removes one if no disk rests on it now and nobody has wanted it for that many hours. */
  removeUnusedBase(name: string, hours: number): Promise<void> {
    return this.#calls.local('removeUnusedBase', null, () => {
      const { files } = this.#host;
      const isUsed = files.imagesInUse().includes(name);
      if (!isUsed && (files.baseAge.get(name) ?? 0) >= hours) files.removeBase(name);
    });
  }

  removeBase(instance: InstanceUuid, name: string): Promise<void> {
    return this.#calls.local('removeBase', instance, () => this.#host.files.removeBase(name));
  }

  /** Sets the instance's directory aside as a whole, by one rename. */
  setAside(instance: InstanceUuid, by: Mark): Promise<void> {
    return this.#calls.local('setAside', instance, () => this.#host.files.setAside(instance, by, this.#host.name));
  }

  putBack(instance: InstanceUuid): Promise<void> {
    return this.#calls.local('putBack', instance, () => this.#host.files.putBack(instance));
  }

  dropKept(instance: InstanceUuid): Promise<void> {
    return this.#calls.local('dropKept', instance, () => this.#host.files.dropKept(instance));
  }

  growDisk(instance: InstanceUuid, name: string, gib: number, signal: AbortSignal): Promise<void> {
    return this.#calls.child('growDisk', instance, signal, {
      finish: () => this.#host.files.grow(instance, name, gib),
    });
  }

  /** Moves the instance's directory out of the way, before its removal. */
  doomDirectory(instance: InstanceUuid): Promise<void> {
    return this.#calls.local('doomDirectory', instance, () => this.#host.files.doom(instance));
  }

  removeDirectory(instance: InstanceUuid): Promise<void> {
    return this.#calls.local('removeDirectory', instance, () => this.#host.files.removeDoomed(instance));
  }

  plugTap(instance: InstanceUuid, tap: string): Promise<void> {
    return this.#calls.local('plugTap', instance, () => this.#host.taps.plug(tap, instance));
  }

  unplugTap(instance: InstanceUuid, tap: string): Promise<void> {
    return this.#calls.local('unplugTap', instance, () => this.#host.taps.unplug(tap));
  }
}
