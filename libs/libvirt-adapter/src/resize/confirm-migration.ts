import type { ArgsOf } from '@chronovirt/contract';
import type { Hands } from '../guest/hands.ts';
import { kill } from '../guest/power-off.ts';
import { undefine } from '../guest/undefine.ts';
import type { HostServices } from '../host/host-services.ts';
import { dropKept } from './kept-directory.ts';

/**
 * Makes a move final on its source: what is kept goes, and the domain with its interfaces where the guest lives on another host now.
 * The directory under the instance's own name is not touched: on storage that both hosts use it is the guest's.
 */
export async function confirmMigration(
  host: HostServices,
  hands: Hands,
  { migration }: ArgsOf<'confirmMigration'>,
): Promise<void> {
  if (migration.sourceCompute !== migration.destCompute) {
    await kill(hands);
    await undefine(hands, { keepFiles: false });
    await kill(hands);
  }
  await dropKept(host.directory(hands.instance), hands.context);
}
