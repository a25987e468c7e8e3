/**
 * A guest that no longer boots runs from a rescue disk, its own disks beside it.
 *
 * ```text
 * rescue     image fetched -> guest ended -> rescue disks -> way back kept -> rescue definition with the mark -> started
 * unrescue   guest ended -> definition of before with the mark -> started -> rescue disks and, last, the way back removed
 * ```
 *
 * The stored definition says how far a run has come: while it is the guest's own it is the way back, whatever lies in the directory;
 * once it is the rescue's, the way back lies there as a whole.
 */
import { DriverError, InstanceNotFoundError } from '@chronovirt/contract';
import type { ArgsOf } from '@chronovirt/contract';
import { ImageUnacceptableError, wholeSectors, writeEmptyQcow2 } from '@chronovirt/images';
import { configDriveFiles } from '../config-drive/content.ts';
import { isoImage } from '../config-drive/iso9660.ts';
import { refuseVolumes } from '../disks/disk-plan.ts';
import { readDiskRecord } from '../disks/disk-record.ts';
import type { InstanceDirectory } from '../disks/instance-directory.ts';
import { ensureDirectory, isThere } from '../disks/instance-disks.ts';
import { writeWhole } from '../disks/whole-file.ts';
import { translated } from '../host/faults.ts';
import type { HostServices } from '../host/host-services.ts';
import { connectNetworks } from '../network/connect-networks.ts';
import { markOf, metadataOf, namespace, sameMark, withMark } from '../xml/metadata.ts';
import { parseXml } from '../xml/parse.ts';
import { rescueDefinition } from '../xml/rescue-definition.ts';
import { endsWithoutUndoing } from './hands.ts';
import type { Hands } from './hands.ts';
import { kill } from './power-off.ts';
import { isRescue, keepWayBack, readWayBack, removeRescueFiles, rescueFiles } from './rescued.ts';
import { define, keepDefinition, startFresh, storedDefinition } from './start.ts';

const GiB = 2 ** 30;

const LEFT_BEHIND =
  'a rescue that was given up before is still there: start the guest, or hard reboot it, which ends that rescue, and rescue it then';

/**
 * Ends with the guest running from the rescue image. What fails is undone, and the guest runs again if it did before. Throws
 * `IMAGE_NOT_FOUND`, `INSTANCE_NOT_FOUND`, `INSTANCE_NOT_RESCUABLE`.
 */
export async function rescue(host: HostServices, hands: Hands, args: ArgsOf<'rescue'>): Promise<void> {
  const { mark } = hands.context;
  const directory = host.directory(hands.instance);
  const seen = await hands.look();
  if (seen.domain === 'absent') throw new InstanceNotFoundError(hands.instance);
  await keepDefinition(hands, seen);
  const stored = await storedDefinition(hands);
  const isBegun = isRescue(stored, directory);
  // Where it is recorded as rescued nobody comes here: the record has left that rescue behind, and any start ends it.
  if (isBegun && !sameMark(markIn(stored), mark)) throw new DriverError('INSTANCE_NOT_RESCUABLE', LEFT_BEHIND);
  try {
    if (!isBegun) return await begin(host, hands, args, stored);
    if (!(seen.active && sameMark(seen.mark, mark))) await kill(hands);
    await startFresh(hands, () => stored);
  } catch (error) {
    if (endsWithoutUndoing(error, hands.context)) throw error;
    await undo(host, hands, seen.active);
    throw notRescuable(error);
  }
}

async function begin(host: HostServices, hands: Hands, args: ArgsOf<'rescue'>, own: string): Promise<void> {
  const { context } = hands;
  const directory = host.directory(hands.instance);
  refuseVolumes(args.blockDeviceInfo);
  const root = (await readDiskRecord(directory))?.disks.find(({ role }) => role === 'root');
  if (root === undefined || !(await isThere(directory.file(root.file))))
    throw new DriverError('INSTANCE_NOT_RESCUABLE', 'the instance has no root disk on this host that could be mended');
  await ensureDirectory(directory, context);
  await connectNetworks(hands, args.networkInfo);
  const base = await baseOf(host, directory, hands, args);
  await kill(hands);
  const files = rescueFiles(directory);
  const bytes = wholeSectors(Math.max(args.imageMeta.virtualSize, args.instance.flavor.rootGiB * GiB));
  await writeWhole(files.disk, context, (handle) =>
    writeEmptyQcow2(handle, bytes, { file: base, format: args.imageMeta.diskFormat }),
  );
  const drive = isoImage(
    'config-2',
    configDriveFiles({
      instance: args.instance,
      networkInfo: args.networkInfo,
      adminPassword: args.rescuePassword,
      injectedFiles: [],
    }),
  );
  await writeWhole(files.config, context, (handle) => handle.writeFile(drive));
  await keepWayBack(directory, own, context);
  const cache = host.profile.diskCache;
  const definition = rescueDefinition(own, {
    disk: { file: files.disk, format: 'qcow2', serial: 'rescue', readonly: false, cache },
    configDrive: {
      own: directory.file('disk.config'),
      rescue: { file: files.config, format: 'raw', target: 'vdz', serial: 'config', readonly: true, cache },
    },
  });
  context.progress('starting the rescue system');
  await define(hands, withMark(definition, context.mark));
  await startFresh(hands, () => withMark(definition, context.mark));
}

async function baseOf(
  host: HostServices,
  directory: InstanceDirectory,
  hands: Hands,
  { imageMeta }: ArgsOf<'rescue'>,
): Promise<string> {
  if (!/^[0-9a-f]{64}$/.test(imageMeta.id))
    throw new ImageUnacceptableError(`image id: expected a SHA-256, got ${JSON.stringify(imageMeta.id)}`);
  return await host.images.ensure(directory, { sha256: imageMeta.id, format: imageMeta.diskFormat }, hands.context);
}

/** A missing image or instance keeps its own code. */
function notRescuable(error: unknown): unknown {
  const fault = translated(error) as Error & { readonly code?: string };
  if (fault.code === 'IMAGE_NOT_FOUND' || fault.code === 'INSTANCE_NOT_FOUND') return fault;
  return new DriverError('INSTANCE_NOT_RESCUABLE', fault.message, { cause: error });
}

/** The error that led here is the one to tell; what could not be undone is seen by the next look. */
async function undo(host: HostServices, hands: Hands, ranBefore: boolean): Promise<void> {
  const directory = host.directory(hands.instance);
  const { mark } = hands.context;
  try {
    if (isRescue(await storedDefinition(hands), directory)) {
      await kill(hands);
      await define(hands, await readWayBack(directory, hands.instance));
    }
    // The definition is the guest's own: nothing needs the way back any more, whatever comes of the start.
    await removeRescueFiles(directory, hands.context);
    const own = await storedDefinition(hands);
    const power = await hands.lookAtPower();
    if (ranBefore && power?.power === 'off' && power.busy === null) await startFresh(hands, () => withMark(own, mark));
  } catch (error) {
    host.settings.log.error(
      { instance: hands.instance, error: (error as Error).message },
      'what a failed rescue did could not be undone',
    );
  }
}

/**
 * Ends with a rescued guest running from its own disk, as before the rescue. An instance that is not rescued is left as it is. Throws
 * `INSTANCE_NOT_FOUND`, `INSTANCE_NOT_RESCUED`.
 */
export async function unrescue(host: HostServices, hands: Hands): Promise<void> {
  const directory = host.directory(hands.instance);
  const { mark } = hands.context;
  const seen = await hands.look();
  if (seen.domain === 'absent') throw new InstanceNotFoundError(hands.instance);
  await keepDefinition(hands, seen);
  const stored = await storedDefinition(hands);
  if (isRescue(stored, directory)) {
    const own = withMark(await readWayBack(directory, hands.instance), mark);
    await kill(hands);
    await define(hands, own);
    await startFresh(hands, () => own);
  } else if (await isThere(rescueFiles(directory).wayBack)) {
    // An earlier run has come this far: the definition is the guest's own again, what runs may still be the rescue system.
    if (seen.active && isRescue(await liveDefinition(hands), directory)) await kill(hands);
    const power = await hands.lookAtPower();
    if (power?.power !== 'on') await startFresh(hands, () => withMark(stored, mark));
  }
  await removeRescueFiles(directory, hands.context);
}

const liveDefinition = (hands: Hands): Promise<string> =>
  hands.ask((libvirt, domain, options) => libvirt.domainGetXmlDesc(domain, 0, options));

const markIn = (definition: string) => markOf(metadataOf(parseXml(definition), namespace.run));
