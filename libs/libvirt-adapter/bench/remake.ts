/** What starts a guest again as another than it was: rescued, with another size, made anew. */
import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ArgsOf, Flavor, Migration } from '@chronovirt/contract';
import { domainByUuid } from '@chronovirt/libvirt';
import { effectContext } from '../src/testing/effect-context.ts';
import { byHand } from './by-hand.ts';
import { ROUNDS, row, rowsOf, timed, type Bench, type Row } from './side-by-side.ts';

type Spawn = ArgsOf<'spawn'>;
type Context = ReturnType<typeof effectContext>;

const gone = { destroyDisks: true, destroySecrets: true };
const LOCAL = '127.0.0.1';

/** Contexts of one guest's operations, in the order in which they are asked for. */
function operationsOf({ instance }: Spawn): () => Context {
  let op = 0;
  return () => effectContext(instance.uuid, { mark: { epoch: 1, op: (op += 1) } });
}

export async function remakeRows(bench: Bench): Promise<Row[]> {
  return [...(await rescueRows(bench)), ...(await resizeRows(bench)), await rebuildRow(bench)];
}

async function rescueRows({ lab, bare, guest, context }: Bench): Promise<Row[]> {
  const { driver } = lab;
  const domain = domainByUuid(guest.instance.uuid);
  const own = await bare.domainGetXmlDesc(domain, 2);
  const rescue = (): Promise<void> => driver.rescue({ ...guest, rescuePassword: null }, context());
  const unrescue = (): Promise<void> => driver.unrescue(guest, context());

  // What a rescue makes, kept for the bare side: outside the guest's directory, where nobody takes it for the guest's.
  const kept = join(lab.instances, '..', 'rescue-files');
  const files = ['disk.rescue', 'disk.config.rescue'].map((name) => ({
    ready: join(kept, name),
    inPlace: join(lab.instances, guest.instance.uuid, name),
  }));
  await mkdir(kept);
  await rescue();
  for (const { ready, inPlace } of files) await copyFile(inPlace, ready);
  const rescued = await bare.domainGetXmlDesc(domain, 2);
  await unrescue();
  const restartAs = async (definition: string): Promise<void> => {
    await bare.domainDefineXmlFlags(definition);
    await bare.domainCreateWithFlags(domain);
  };

  return await rowsOf(
    [
      { name: 'rescue', goalMs: 30, floorIs: 'destroy, copies of the two rescue disks, define and create' },
      { name: 'unrescue', goalMs: 20, floorIs: 'destroy, define and create, removal of the rescue disks' },
    ],
    ROUNDS.chain,
    async () => [await timed(rescue), await timed(unrescue)],
    async () => [
      await timed(async () => {
        await bare.domainDestroyFlags(domain);
        for (const { ready, inPlace } of files) await copyFile(ready, inPlace);
        await restartAs(rescued);
      }),
      await timed(async () => {
        await bare.domainDestroyFlags(domain);
        await restartAs(own);
        for (const { inPlace } of files) await rm(inPlace);
      }),
    ],
  );
}

const larger = (flavor: Flavor): Flavor => ({ ...flavor, name: 'larger', memoryMiB: 160, rootGiB: 1 });

/** The guest runs and does not answer, so it is ended at once on both sides. */
async function resizeRows({ lab, bare, guest }: Bench): Promise<Row[]> {
  const { driver } = lab;
  const hands = await byHand({ lab, bare, guest });
  return await rowsOf(
    [
      {
        name: 'resize (one host)',
        goalMs: 30,
        floorIs: 'destroy, its directory set aside and copied, qemu-img resize, define and create',
      },
      { name: 'confirm of a resize', goalMs: 1, floorIs: 'removal of the directory that was set aside' },
    ],
    ROUNDS.chain,
    async () => {
      const args = lab.spawnArgs();
      const context = operationsOf(args);
      await driver.spawn(args, context());
      const flavor = larger(args.instance.flavor);
      const migration = onOneHost(args, flavor);
      const order = { ...args, dest: LOCAL, flavor, timeout: 0, retryInterval: 0, migration };
      const resized = { ...args, instance: { ...args.instance, flavor }, resizeInstance: true, powerOn: true };
      const taken = [
        await timed(async () => {
          const diskInfo = await driver.migrateDiskAndPowerOff(order, context());
          await driver.finishMigration({ ...resized, migration, diskInfo }, context());
        }),
        await timed(() => driver.confirmMigration({ ...args, migration }, context())),
      ];
      await driver.destroy({ ...args, ...gone }, context());
      return taken;
    },
    async () => {
      const made = await hands.another();
      await hands.start(made);
      const aside = `${made.directory}_aside`;
      const definition = made.definition.replaceAll('>131072<', '>163840<');
      const taken = [
        await timed(async () => {
          await bare.domainDestroyFlags(domainByUuid(made.uuid));
          await rename(made.directory, aside);
          await cp(aside, made.directory, { recursive: true });
          await promisify(execFile)('qemu-img', ['resize', '-q', '-f', 'qcow2', join(made.directory, 'disk'), '1G']);
          await hands.start({ ...made, definition });
        }),
        await timed(() => rm(aside, { recursive: true })),
      ];
      await hands.remove(made);
      return taken;
    },
  );
}

function onOneHost({ instance }: Spawn, newFlavor: Flavor): Migration {
  const host = 'bench';
  return {
    id: `${instance.uuid}.1`,
    migrationType: 'resize',
    status: 'migrating',
    sourceCompute: host,
    sourceNode: host,
    destCompute: host,
    destNode: host,
    destHost: host,
    oldFlavor: instance.flavor,
    newFlavor,
  };
}

/** As the runtime has it done: a destroy, then a spawn. */
async function rebuildRow({ lab, bare, guest }: Bench): Promise<Row> {
  const { driver } = lab;
  const hands = await byHand({ lab, bare, guest });
  const args = lab.spawnArgs();
  const context = operationsOf(args);
  await driver.spawn(args, context());
  const made = await hands.another();
  await hands.start(made);
  const measured = await row(
    'rebuild',
    30,
    ROUNDS.chain,
    () =>
      timed(async () => {
        await driver.destroy({ ...args, ...gone }, context());
        await driver.spawn(args, context());
      }),
    () =>
      timed(async () => {
        await hands.remove(made);
        await hands.layFiles(made);
        await hands.start(made);
      }),
    'destroy, removal of its directory, undefine; copies of its disks, define and create',
  );
  await driver.destroy({ ...args, ...gone }, context());
  await hands.remove(made);
  return measured;
}
