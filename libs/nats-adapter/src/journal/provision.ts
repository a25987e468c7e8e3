import { streamOf } from '@chronovirt/contract';
import { JournalFault } from '@chronovirt/runtime';
import { callApi, capabilitiesOf, untilAnswered, type Core } from '../connection/core.ts';
import { pause } from '../connection/pause.ts';
import { REPLICAS_SINCE } from '../connection/capabilities.ts';
import { JetStreamRefusal, NatsForbiddenError, NatsTooOldError, StreamConfigError } from '../errors.ts';
import { errCodes } from './error-codes.ts';
import { differences, streamConfig, type StreamInfo, type StreamSettings } from './stream-config.ts';

export interface ProvisionSettings extends Omit<StreamSettings, 'maxBytes'> {
  /** A size that must be had, or the sizes to try, largest first: a server reserves what it grants, and may have less. */
  readonly maxBytes: number | readonly number[];
}

/**
 * Makes a host's stream if it is missing, and checks what the server has, made now or long ago. Throws `JOURNAL_MISCONFIGURED`,
 * `NATS_TOO_OLD`, `JOURNAL_FULL` when the server has no room for it, `JOURNAL_MISSING` when it is missing and this user may not make it.
 */
export async function provisionStream(core: Core, host: string, settings: ProvisionSettings): Promise<StreamInfo> {
  const can = capabilitiesOf(core);
  if (settings.replicas > 1 && !can.replicas) {
    throw new NatsTooOldError(`a stream with ${settings.replicas} replicas`, REPLICAS_SINCE, can.version);
  }
  const sizes = [settings.maxBytes].flat();
  const info = (await streamInfo(core, streamOf(host))) ?? (await create(core, host, settings, sizes));
  const wanted = streamConfig(host, { ...settings, maxBytes: sizes[0] ?? 0 }, can);
  const wrong = differences(wanted, info.config);
  if (wrong.length > 0) throw new StreamConfigError(wanted.name, wrong);
  return info;
}

/** What the server says of a stream; undefined when there is none. */
export async function streamInfo(core: Core, stream: string, signal?: AbortSignal): Promise<StreamInfo | undefined> {
  return untilAnswered(core, signal, async () => {
    try {
      return await callApi<StreamInfo>(core, `STREAM.INFO.${stream}`, undefined, signal);
    } catch (error) {
      if (error instanceof JetStreamRefusal && error.errCode === errCodes.streamNotFound) return undefined;
      throw error;
    }
  });
}

/** A server that has just started may say "no such stream" before it has read its store; so it has to say it this often. */
const missingTimes = 3;

/** Whether the server insists that there is no such stream. */
export async function isStreamMissing(core: Core, stream: string, signal?: AbortSignal): Promise<boolean> {
  for (let times = 1; (await streamInfo(core, stream, signal)) === undefined; times++) {
    if (times === missingTimes) return true;
    await pause(150, signal);
  }
  return false;
}

async function create(
  core: Core,
  host: string,
  settings: ProvisionSettings,
  sizes: readonly number[],
): Promise<StreamInfo> {
  let refused: unknown;
  for (const maxBytes of sizes) {
    const config = streamConfig(host, { ...settings, maxBytes }, capabilitiesOf(core));
    try {
      await untilAnswered(core, undefined, () => callApi(core, `STREAM.CREATE.${config.name}`, config));
    } catch (error) {
      if (error instanceof NatsForbiddenError) {
        throw new JournalFault(
          'JOURNAL_MISSING',
          `there is no stream ${config.name}, and this user may not make it; the coordinator does`,
          error,
        );
      }
      if (!(error instanceof JetStreamRefusal)) throw error;
      if (isNoRoom(error)) {
        refused = error;
        continue;
      }
      // Somebody else made it meanwhile, with other sizes perhaps; what counts is checked by the caller.
      if (error.errCode !== errCodes.streamNameInUse) throw error;
    }
    const info = await streamInfo(core, config.name);
    if (info) return info;
  }
  const smallest = Math.round((sizes.at(-1) ?? 0) / 2 ** 20);
  throw new JournalFault(
    'JOURNAL_FULL',
    `the server has no room for the stream of ${host}, not even ${smallest} MiB; raise its max_file_store`,
    refused,
  );
}

const isNoRoom = ({ errCode }: JetStreamRefusal): boolean =>
  errCode === errCodes.storageExceeded ||
  errCode === errCodes.insufficientResources ||
  errCode === errCodes.noSuitablePeers;
