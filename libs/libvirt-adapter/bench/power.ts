/** What starts guests, stops them and takes them away. */
import { rm } from 'node:fs/promises';
import { domainByUuid } from '@chronovirt/libvirt';
import { effectContext } from '../src/testing/effect-context.ts';
import { byHand } from './by-hand.ts';
import { ROUNDS, row, timed, type Bench, type Row, type Taken } from './side-by-side.ts';

export async function powerRows({ lab, bare, guest, context }: Bench): Promise<Row[]> {
  const { driver } = lab;
  const domain = domainByUuid(guest.instance.uuid);
  const xml = await bare.domainGetXmlDesc(domain, 2);

  const { another } = await byHand({ lab, bare, guest });
  const gone = { destroyDisks: true, destroySecrets: true };
  const startBare = async (): Promise<void> => {
    await bare.domainDefineXmlFlags(xml);
    await bare.domainCreateWithFlags(domain);
  };
  /** One side of a row: what is measured, then the way back. */
  const and = async (measured: () => Promise<unknown>, back: () => Promise<unknown>): Promise<Taken> => {
    const taken = await timed(measured);
    await back();
    return taken;
  };
  /** What has to be so before, then what is measured. */
  const after = async (before: () => Promise<unknown>, measured: () => Promise<unknown>): Promise<Taken> => {
    await before();
    return await timed(measured);
  };

  return [
    await row(
      'spawn (cached image)',
      30,
      ROUNDS.slow,
      async () => {
        const args = lab.spawnArgs();
        const mine = effectContext(args.instance.uuid);
        return await and(
          () => driver.spawn(args, mine),
          () => driver.destroy({ ...args, ...gone }, mine),
        );
      },
      async () => {
        const { uuid, directory, definition } = await another();
        return await and(
          async () => {
            await bare.domainDefineXmlFlags(definition);
            await bare.domainCreateWithFlags(domainByUuid(uuid));
          },
          async () => {
            await bare.domainDestroyFlags(domainByUuid(uuid));
            await bare.domainUndefineFlags(domainByUuid(uuid), 1);
            await rm(directory, { recursive: true });
          },
        );
      },
      'define and create; its disks are there already',
    ),
    await row(
      'destroy',
      1,
      ROUNDS.slow,
      async () => {
        const args = lab.spawnArgs();
        const mine = effectContext(args.instance.uuid);
        return await after(
          () => driver.spawn(args, mine),
          () => driver.destroy({ ...args, ...gone }, mine),
        );
      },
      async () => {
        const { uuid, directory, definition } = await another();
        return await after(
          async () => {
            await bare.domainDefineXmlFlags(definition);
            await bare.domainCreateWithFlags(domainByUuid(uuid));
          },
          async () => {
            await bare.domainDestroyFlags(domainByUuid(uuid));
            await rm(directory, { recursive: true });
            await bare.domainUndefineFlags(domainByUuid(uuid), 1);
          },
        );
      },
      'destroy, removal of its directory, undefine',
    ),
    await row(
      'power on',
      20,
      ROUNDS.slow,
      () =>
        after(
          () => bare.domainDestroyFlags(domain),
          () => driver.powerOn(guest, context()),
        ),
      () => after(() => bare.domainDestroyFlags(domain), startBare),
      'define and create',
    ),
    await row(
      'hard reboot',
      20,
      ROUNDS.slow,
      () => timed(() => driver.reboot({ ...guest, rebootType: 'HARD', badVolumesCallback: null }, context())),
      () =>
        timed(async () => {
          await bare.domainDestroyFlags(domain);
          await startBare();
        }),
      'destroy, define and create',
    ),
    await row(
      'power off',
      1,
      ROUNDS.slow,
      () => and(() => driver.powerOff({ ...guest, timeout: 0, retryInterval: 0 }, context()), startBare),
      () => and(() => bare.domainDestroyFlags(domain), startBare),
    ),
    await row(
      'soft delete',
      1,
      ROUNDS.slow,
      () => and(() => driver.softDelete(guest, context()), startBare),
      () => and(() => bare.domainDestroyFlags(domain), startBare),
    ),
    await row(
      'suspend',
      1,
      ROUNDS.slow,
      () =>
        and(
          () => driver.suspend(guest, context()),
          () => bare.domainCreateWithFlags(domain),
        ),
      () =>
        and(
          () => bare.domainManagedSave(domain, 0),
          () => bare.domainCreateWithFlags(domain),
        ),
    ),
    await row(
      'resume',
      1,
      ROUNDS.slow,
      () =>
        after(
          () => bare.domainManagedSave(domain, 0),
          () => driver.resume(guest, context()),
        ),
      () =>
        after(
          () => bare.domainManagedSave(domain, 0),
          () => bare.domainCreateWithFlags(domain),
        ),
      'create, which restores the saved memory',
    ),
    await row(
      'pause',
      1,
      ROUNDS.quick,
      () =>
        and(
          () => driver.pause(guest, context()),
          () => bare.domainResume(domain),
        ),
      () =>
        and(
          () => bare.domainSuspend(domain),
          () => bare.domainResume(domain),
        ),
    ),
    await row(
      'unpause',
      1,
      ROUNDS.quick,
      () =>
        after(
          () => bare.domainSuspend(domain),
          () => driver.unpause(guest, context()),
        ),
      () =>
        after(
          () => bare.domainSuspend(domain),
          () => bare.domainResume(domain),
        ),
    ),
  ];
}
