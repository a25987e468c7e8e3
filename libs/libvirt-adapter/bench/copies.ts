/** An image of a guest that is there, by a live copy of its disk. */
import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DirectoryImageStore } from '@chronovirt/images';
import { domainByUuid, DomainBlockCopyFlag } from '@chronovirt/libvirt';
import { effectContext } from '../src/testing/effect-context.ts';
import { ROUNDS, row, timed, type Bench, type Row } from './side-by-side.ts';

/** The device of the root disk. */
const TARGET = 'vda';

/**
 * The guest is paused before it has booted: it writes nothing, so that both sides copy the same, and no agent of it answers on one side
 * alone.
 */
export async function copyRows({ lab, bare }: Bench): Promise<Row[]> {
  const guest = lab.spawnArgs();
  const { uuid } = guest.instance;
  const domain = domainByUuid(uuid);
  let op = 1;
  const context = (): ReturnType<typeof effectContext> => effectContext(uuid, { mark: { epoch: 1, op: (op += 1) } });
  await lab.driver.spawn(guest, context());
  await bare.domainSuspend(domain);
  const made = new DirectoryImageStore(join(lab.instances, '_images'));
  const copy = join(lab.instances, uuid, 'bare-copy');
  const target = `<disk type='file'><source file='${copy}'/><driver name='qemu' type='qcow2'/></disk>`;
  try {
    return [
      await row(
        'snapshot (live copy)',
        20,
        ROUNDS.slow,
        async () => {
          let image = '';
          const taken = await timed(async () => {
            const order = { ...guest, imageId: 'bench', updateTaskState: async () => {} };
            image = (await lab.driver.snapshot(order, context())).sha256;
          });
          await made.remove(image);
          return taken;
        },
        async () => {
          const taken = await timed(async () => {
            await bare.domainBlockCopy(domain, TARGET, target, {}, DomainBlockCopyFlag.TRANSIENT_JOB);
            for (;;) {
              const { cur, end } = await bare.domainGetBlockJobInfo(domain, TARGET);
              if (end > 0n && cur === end) break;
            }
            await bare.domainBlockJobAbort(domain, TARGET);
            await using file = await open(copy, 'r+');
            await file.sync();
            await pipeline(file.createReadStream({ highWaterMark: 2 ** 20, autoClose: false }), createHash('sha256'));
          });
          await rm(copy);
          return taken;
        },
        'block copy, asked without a pause until it is alike, let go; the copy made durable, read once and hashed, since its hash is its name',
      ),
    ];
  } finally {
    await lab.driver.destroy({ ...guest, destroyDisks: true, destroySecrets: true }, context());
  }
}
