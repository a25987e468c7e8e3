/** Whether the running guest can move, asked of both hosts before anything is touched. */
import { ChronovirtError, type LiveMigrateData } from '@chronovirt/contract';
import { failed, type Move } from './move.ts';
import { couldGoElsewhere } from './place.ts';

const ASK_MS = 30_000;

export async function checkMove(move: Move): Promise<Record<string, unknown>> {
  const { source, destination, instance, plan } = move;
  const options = { patienceMs: ASK_MS, signal: move.signal };
  const ask = (host: string, method: string, args: Record<string, unknown>): Promise<unknown> =>
    move.tools.ask(host, method, { instance, ...args }, options);
  try {
    const spec = await move.spec();
    const srcComputeInfo = await ask(source, 'computeNode', {});
    const destCheckData = await ask(destination, 'checkCanLiveMigrateDestination', {
      spec,
      srcComputeInfo,
      blockMigration: plan.request['blockMigration'] ?? null,
      diskOverCommit: plan.request['diskOverCommit'] === true,
    });
    try {
      const migrateData = (await ask(source, 'checkCanLiveMigrateSource', { destCheckData })) as LiveMigrateData;
      return {
        found: {
          migrateData,
          diskInfo: migrateData.disks ?? null,
          shared: migrateData.isSharedInstancePath === true || migrateData.isSharedBlockStorage === true,
        },
      };
    } finally {
      await ask(destination, 'checkCanLiveMigrateDestinationCleanup', { destCheckData }).catch((error: unknown) => {
        // The probe file that stays is empty and has a name of its own.
        if (!(error instanceof ChronovirtError)) throw error;
      });
    }
  } catch (error) {
    move.signal.throwIfAborted();
    if (!(error instanceof ChronovirtError)) throw error;
    throw failed(error.code, error.message, { retry: couldGoElsewhere(move, destination) });
  }
}
