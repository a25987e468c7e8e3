/** Ends copies that nobody waits for any more: mirrors go on without the agent that began them, and leave their files. */
import { readdir, rm } from 'node:fs/promises';
import { isNoDomain, isOperationInvalid } from '@chronovirt/libvirt';
import type { InstanceDirectory } from '../disks/instance-directory.ts';
import { isTemporary } from '../disks/temporary-name.ts';
import { nothingThere } from '../disks/whole-file.ts';
import type { Hands } from '../guest/hands.ts';
import { domainView } from './domain-view.ts';
import { thaw } from './quiesce.ts';

/** Takes away what snapshots of this instance that did not come to their end have left: mirrors, files, frozen file systems. */
export async function endDeadRuns(hands: Hands, directory: InstanceDirectory): Promise<void> {
  const names = (await readdir(directory.path).catch(nothingThere)) ?? [];
  const copies = names
    .filter((name) => name.startsWith('snapshot.') && isTemporary(name))
    .map((name) => directory.file(name));
  if (copies.length === 0) return;
  await endMirrors(hands, (file) => copies.includes(file));
  const power = await hands.lookAtPower();
  if (power?.power === 'on' && (await domainView(hands)).agentConnected) await thaw(hands);
  for (const copy of copies) {
    hands.context.permit.check();
    await rm(copy, { force: true });
  }
}

/** Takes away this run's own copy. */
export async function endOwnCopy(hands: Hands, copy: string): Promise<void> {
  await endMirrors(hands, (file) => file === copy);
  hands.context.permit.check();
  await rm(copy, { force: true });
}

async function endMirrors(hands: Hands, isOurs: (file: string) => boolean): Promise<void> {
  const power = await hands.lookAtPower();
  if (power === null || power.power === 'off') return;
  for (const { target, mirror } of (await domainView(hands)).disks) {
    if (mirror === null || !isOurs(mirror.file)) continue;
    await hands
      .act((libvirt, domain, options) => libvirt.domainBlockJobAbort(domain, target, 0, options))
      .catch((error: unknown) => {
        // It has ended by itself, or the guest has.
        if (!isNoDomain(error) && !isOperationInvalid(error)) throw error;
      });
  }
}
