/** A guest that is made without the driver, as an operator with virsh would make it. */
import { closeSync, openSync } from 'node:fs';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { domainByUuid } from '@chronovirt/libvirt';
import { someUuid } from '../src/testing/records.ts';
import type { Bench } from './side-by-side.ts';

export interface HandMade {
  readonly uuid: string;
  readonly directory: string;
  readonly definition: string;
}

/** `dumpxml --inactive`. */
const INACTIVE = 2;
const MANAGED_SAVE = 1;

export interface Hands {
  /** A guest as the driver would have left it: files and a definition, which nobody has given to libvirt yet. */
  another(): Promise<HandMade>;
  /** Its files, as `another` lays them. */
  layFiles(made: HandMade): Promise<void>;
  start(made: HandMade): Promise<void>;
  remove(made: HandMade): Promise<void>;
}

export async function byHand({ lab, bare, guest }: Pick<Bench, 'lab' | 'bare' | 'guest'>): Promise<Hands> {
  const model = guest.instance.uuid;
  const xml = await bare.domainGetXmlDesc(domainByUuid(model), INACTIVE);
  const layFiles = async ({ directory }: HandMade): Promise<void> => {
    await mkdir(directory);
    for (const file of ['disk', 'disk.config']) await copyFile(join(lab.instances, model, file), join(directory, file));
    closeSync(openSync(join(directory, 'console.log'), 'w'));
  };
  return {
    layFiles,
    async another() {
      const uuid = someUuid();
      const directory = join(lab.instances, uuid);
      const definition = xml
        .replaceAll(model, uuid)
        .replace(/<mac address='[^']*'/, `<mac address='52:54:00:98:00:01'`)
        .replace(/<target dev=["']tap[^"']*["']\/>/, '');
      const made = { uuid, directory, definition };
      await layFiles(made);
      return made;
    },
    async start({ uuid, definition }) {
      await bare.domainDefineXmlFlags(definition);
      await bare.domainCreateWithFlags(domainByUuid(uuid));
    },
    async remove({ uuid, directory }) {
      await bare.domainDestroyFlags(domainByUuid(uuid));
      await rm(directory, { recursive: true });
      await bare.domainUndefineFlags(domainByUuid(uuid), MANAGED_SAVE);
    },
  };
}
