/**
 * The source's half of a resize or cold move: guest off, directory set aside whole, copies in its place or on another host. What fails
 * puts the directory back; a run that is cut short is gone on with, or turned back by the next start or `finishRevertMigration`.
 */
import {
  ChronovirtError,
  InstanceNotFoundError,
  type ArgsOf,
  type DiskInfoList,
  type EffectContext,
  type Flavor,
} from '@chronovirt/contract';
import { CallError } from '../world/call-error.ts';
import type { HostConnection } from '../world/connection.ts';
import { sameMark } from '../world/definition.ts';
import type { SimulatedHost } from '../world/simulated-host.ts';
import { Effect, type Step } from './effect.ts';
import { failure, mayCleanUp } from './failure.ts';
import { ShutdownRequest } from './power-off.ts';
import { copiedFiles, hasFile, isCopied, type Seen } from './seen.ts';
import { Steps } from './steps.ts';

type Args = ArgsOf<'migrateDiskAndPowerOff'>;
type Destination =
  | { readonly kind: 'here' }
  | { readonly kind: 'host'; readonly name: string; readonly migration: string };

const GiB = 2 ** 30;
/** A way that is broken is tried again so often, after such a pause, in milliseconds. */
const SEND_TRIES = 30;
const SEND_PAUSE_MS = 1_000;

export async function migrateDiskAndPowerOff(
  host: SimulatedHost,
  connection: HostConnection,
  args: Args,
  context: EffectContext,
): Promise<DiskInfoList> {
  refuseUnmovable(args);
  refuseShrink(args.instance.flavor, args.flavor);
  const steps = new Steps(new Effect(connection, context));
  const to = await destinationOf(host, connection, args);
  const ask = new ShutdownRequest(steps, args.timeout * 1000, args.retryInterval * 1000);
  const sender = to.kind === 'here' ? null : new Sender(steps, to.name, to.migration);
  try {
    const seen = await steps.effect.reach((now) => nextOfAway(now, steps, ask, sender));
    return diskFacts(seen);
  } catch (error) {
    if (!mayCleanUp(error, context)) throw error;
    await steps.effect
      .reach((seen) => (isOurs(seen, steps) ? steps.putBack() : null))
      .catch((second: unknown) => {
        if (!mayCleanUp(second, context)) throw second;
      });
    throw error;
  }
}

/** A volume that is a device of this host stays here. */
function refuseUnmovable({ blockDeviceInfo }: Args): void {
  const here = new Set(['local', 'lvm']);
  const stuck = blockDeviceInfo?.blockDeviceMapping.find(
    ({ connectionInfo }) => connectionInfo !== null && here.has(connectionInfo.driverVolumeType),
  );
  if (stuck !== undefined)
    throw failure(
      'MIGRATION_PRE_CHECK_ERROR',
      `volume ${stuck.mountDevice} is a device of this host, which cannot move`,
    );
}

/** Refused before anything is touched. A root disk of 0 GiB is as large as the image, so smaller than any other. */
function refuseShrink(before: Flavor, wanted: Flavor): void {
  if (wanted.rootGiB < before.rootGiB)
    throw failure(
      'RESIZE_ERROR',
      `the root disk has ${before.rootGiB} GiB and would get ${wanted.rootGiB}: disks do not shrink`,
    );
  if (wanted.ephemeralGiB < before.ephemeralGiB)
    throw failure(
      'RESIZE_ERROR',
      `the ephemeral disk has ${before.ephemeralGiB} GiB and would get ${wanted.ephemeralGiB}: disks do not shrink`,
    );
}

/** Asks the other host before the guest is stopped. One that sees the same storage needs nothing sent. */
async function destinationOf(
  host: SimulatedHost,
  connection: HostConnection,
  { dest, migration, instance }: Args,
): Promise<Destination> {
  if (migration !== null && migration.sourceCompute === migration.destCompute) return { kind: 'here' };
  const name = dest.replace(/:\d+$/, '');
  if (name === host.name || name === '127.0.0.1') return { kind: 'here' };
  if (migration === null)
    throw failure('RESIZE_ERROR', `migration: a move to ${dest} has to be named, for it is asked for there`);
  try {
    const { shared } = await connection.moves.askForFiles(name, migration.id, instance.uuid);
    return shared ? { kind: 'here' } : { kind: 'host', name, migration: migration.id };
  } catch (error) {
    if (!(error instanceof CallError) || error.code === 'CONNECTION_LOST') throw error;
    throw failure('RESIZE_ERROR', `the destination cannot take the files: ${error.message}`, error);
  }
}

const isOurs = (seen: Seen, steps: Steps): boolean => sameMark(seen.kept?.by ?? null, steps.effect.context.mark);

function nextOfAway(seen: Seen, steps: Steps, ask: ShutdownRequest, sender: Sender | null): Step | null {
  if (!isOurs(seen, steps)) return nextOfSettingAside(seen, steps, ask);
  if (seen.live !== null) return steps.destroy();
  return sender === null ? nextCopyHere(seen, steps) : sender.next(seen);
}

function nextOfSettingAside(seen: Seen, steps: Steps, ask: ShutdownRequest): Step | null {
  const { directory, domain, kept, live, saved } = seen;
  // What an older operation kept: stale beside whole files, else a copy of it that was interrupted.
  if (kept !== null) return isCopied(seen) && directory !== null ? steps.dropKept() : steps.putBack();
  if (domain === null && directory === null) throw new InstanceNotFoundError(seen.instance);
  if (directory === null) throw failure('DISK_INFO_INVALID', `the directory of instance ${seen.instance} is gone`);
  if (live !== null) return steps.keepDefinition(seen) ?? ask.next(seen) ?? steps.destroy();
  if (saved !== null) return steps.managedSaveRemove();
  if (seen.taps[0] !== undefined) return steps.unplugTap(seen.taps[0]);
  return steps.staleFile(seen) ?? steps.setAside();
}

function nextCopyHere(seen: Seen, steps: Steps): Step | null {
  if (seen.directory === null) return steps.makeDirectory();
  const stale = steps.staleFile(seen);
  if (stale !== null) return stale;
  const missing = copiedFiles(seen).find(({ name }) => !hasFile(seen, name));
  return missing === undefined ? null : steps.file(seen, 'copyDisk', missing.name, missing.content, missing.gib);
}

/** Sends the kept files one by one; a way that breaks is tried again for a while. */
class Sender {
  readonly #steps: Steps;
  readonly #host: string;
  readonly #migration: string;
  readonly #sent = new Set<string>();
  #broken = 0;
  #pause = false;
  #error: CallError | null = null;

  constructor(steps: Steps, host: string, migration: string) {
    this.#steps = steps;
    this.#host = host;
    this.#migration = migration;
  }

  next(seen: Seen): Step | null {
    const file = copiedFiles(seen).find(({ name }) => !this.#sent.has(name));
    if (file === undefined) return null;
    const refused = this.#error?.code === 'OPERATION_INVALID';
    if (this.#error !== null && (refused || this.#broken >= SEND_TRIES))
      throw failure('COMMAND_FAILED', `sending ${file.name}: ${this.#error.message}`, this.#error);
    const { effect } = this.#steps;
    if (this.#pause) {
      this.#pause = false;
      return effect.waitForChange(SEND_PAUSE_MS);
    }
    return { what: `sendFile ${file.name}`, take: () => this.#send(file.name) };
  }

  async #send(name: string): Promise<void> {
    const { connection, instance, signal } = this.#steps.effect;
    try {
      await connection.moves.sendFile(this.#host, this.#migration, instance, name, signal);
      this.#sent.add(name);
      this.#broken = 0;
      this.#error = null;
    } catch (error) {
      const breaks =
        error instanceof CallError && (error.code === 'OPERATION_FAILED' || error.code === 'OPERATION_INVALID');
      if (!breaks || error instanceof ChronovirtError) throw error;
      this.#error = error;
      this.#broken += 1;
      this.#pause = true;
    }
  }
}

const diskFacts = (seen: Seen): DiskInfoList =>
  copiedFiles(seen).map(({ name, content, gib }) => {
    const [, image = ''] = /^overlay of (.+)$/.exec(content) ?? [];
    return {
      type: name === 'config' ? 'raw' : 'qcow2',
      path: `/instances/${seen.instance}_resize/${name}`,
      virtDiskSize: Math.round((gib ?? 0) * GiB),
      backingFile: image,
      diskSize: 0,
      overCommittedDiskSize: Math.round((gib ?? 0) * GiB),
    };
  });
