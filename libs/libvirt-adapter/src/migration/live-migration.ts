/**
 * A running guest goes to another host, peer to peer: the source's libvirt carries it out with the destination's, whatever becomes of us.
 * This orders it once, waits for its end, and says nothing of where the guest is: that is for looks at both hosts.
 *
 *   look ─▶ note this operation in the live metadata (waits for any job) ─▶ order ─▶ look
 *     ▲                                                                              │
 *     └── a run that finds itself noted joins what is under way, or finds it ended, and never orders a second one
 */
import { ChronovirtError, DriverError, HypervisorUnavailableError, PermitRevokedError } from '@chronovirt/contract';
import type { ArgsOf, Mark } from '@chronovirt/contract';
import {
  DomainMetadataType,
  DomainMigrateFlag,
  DomainModificationImpact,
  DomainXmlFlag,
  LibvirtError,
  domainByUuid,
  isOperationAborted,
} from '@chronovirt/libvirt';
import { readDiskRecord } from '../disks/disk-record.ts';
import { ensure } from '../guest/hands.ts';
import type { Hands } from '../guest/hands.ts';
import type { DomainSeen } from '../guest/look.ts';
import { isConnectionFault, translated } from '../host/faults.ts';
import type { HostServices } from '../host/host-services.ts';
import { serialize } from '../xml/element.ts';
import { PREFIX, movingRunElement, namespace, sameMark } from '../xml/metadata.ts';
import { find, findAll, parseXml } from '../xml/parse.ts';
import { definitionThere } from './definition-there.ts';
import { isConfigDrive } from './local-disks.ts';
import { checkHostName, libvirtAt, memoryAt, migrationPolicy } from './settings.ts';
import type { MigrationPolicy } from './settings.ts';

type Args = ArgsOf<'liveMigration'>;

/** How it ended, as far as this host can tell. */
interface End {
  readonly left: boolean;
  /** Why libvirt gave it up; null when it was not this run that heard. */
  readonly refusal: Error | null;
}

export async function liveMigration(host: HostServices, hands: Hands, args: Args): Promise<void> {
  const { context, instance, dest, blockMigration, migrateData } = args;
  const to = migrateData?.targetConnectAddr ?? dest;
  checkHostName('dest', dest);
  checkHostName('migrateData.targetConnectAddr', to);
  let end: End;
  try {
    end = await carry(host, hands, args, to);
  } catch (error) {
    const fault = translated(error, hands.instance);
    // No end of the move: it goes on, or has not begun. Whoever runs this again finds out.
    if (fault instanceof HypervisorUnavailableError || fault instanceof PermitRevokedError) throw fault;
    if (hands.context.permit.signal.aborted) throw fault;
    end = { left: false, refusal: fault instanceof Error ? fault : new Error(String(fault)) };
  }
  if (end.left) return await args.postMethod(context, instance, dest, blockMigration, migrateData);
  const status = isOperationAborted(end.refusal) ? 'cancelled' : 'failed';
  await args.recoverMethod(context, instance, dest, migrateData, status);
  throw end.refusal instanceof ChronovirtError
    ? end.refusal
    : end.refusal instanceof LibvirtError
      ? (translated(end.refusal, hands.instance) as Error)
      : new DriverError('MIGRATION_ERROR', 'the guest did not move', { cause: end.refusal });
}

async function carry(host: HostServices, hands: Hands, args: Args, to: string): Promise<End> {
  const policy = migrationPolicy(host.settings);
  let end: End | null = null;
  let refusal: Error | null = null;
  let noted = false;
  await ensure(hands, async (seen) => {
    if (hasLeft(seen)) {
      end = { left: true, refusal: null };
      return 'done';
    }
    if (refusal !== null || (sameMark(seen.movedBy, hands.context.mark) && !noted)) {
      end = { left: false, refusal };
      return 'done';
    }
    if (!seen.active || seen.power === 'crashed')
      throw new DriverError('HYPERVISOR_ERROR', `the guest does not run: it is ${seen.power} (${seen.reason})`);
    if (noted) refusal = await order(host, hands, args, to, seen, policy);
    else await note(hands, seen);
    noted = true;
    return 'again';
  });
  return end ?? { left: false, refusal };
}

/** Gone, or about to be: libvirt takes the definition away last. */
const hasLeft = (seen: DomainSeen): boolean =>
  seen.domain === 'absent' || (seen.power === 'off' && seen.reason === 'migrated');

/** Waits for any job that runs; from here on whoever looks asks whether a move is under way. */
async function note(hands: Hands, seen: DomainSeen): Promise<void> {
  const { mark } = hands.context;
  const element = serialize(movingRunElement(seen.mark ?? unmarked, mark));
  await hands.act((libvirt, domain, options) =>
    libvirt.domainSetMetadata(
      domain,
      DomainMetadataType.ELEMENT,
      element,
      PREFIX,
      namespace.run,
      DomainModificationImpact.LIVE,
      options,
    ),
  );
}

/** Of a guest that somebody else started. */
const unmarked: Mark = { epoch: 0, op: 0 };

/** Orders the move and waits for its answer, on a connection of its own; what libvirt said against it, or null. */
async function order(
  host: HostServices,
  hands: Hands,
  args: Args,
  to: string,
  seen: DomainSeen,
  policy: MigrationPolicy,
): Promise<Error | null> {
  const { permit } = hands.context;
  const [live, stored] = await definitions(hands, seen);
  const here = host.settings.instancesDirectory;
  const there = args.migrateData?.instancesPath ?? here;
  const mark = seen.mark ?? unmarked;
  const disks = args.blockMigration ? await disksToCopy(host, hands, live) : [];
  const params = {
    destination_xml: definitionThere(live, mark, here, there),
    persistent_xml: definitionThere(stored, mark, here, there),
    migrate_uri: memoryAt(to),
    ...(policy.bandwidthMiBps !== null && { bandwidth: BigInt(policy.bandwidthMiBps) }),
    ...(disks.length > 0 && { migrate_disks: disks }),
  };
  const { maxDowntimeMs } = policy;
  if (maxDowntimeMs !== null)
    await hands.act((libvirt, domain, options) =>
      libvirt.domainMigrateSetMaxDowntime(domain, BigInt(maxDowntimeMs), 0, options),
    );
  const libvirt = await host.connections.open();
  try {
    permit.check();
    const options = { deadlineMs: Math.max(1, hands.context.remainingMs()), signal: permit.signal };
    const flags = flagsOf(policy, seen, disks.length > 0);
    await libvirt.domainMigrateToUri3(domainByUuid(hands.instance), libvirtAt(policy, to), params, flags, options);
    return null;
  } catch (error) {
    permit.signal.throwIfAborted();
    if (isConnectionFault(error) || !(error instanceof LibvirtError)) throw error;
    return error;
  } finally {
    await libvirt.close({ graceMs: 0 });
  }
}

/** What the guest runs with, and what is stored of it: the parts that make sense on another host. */
async function definitions(hands: Hands, seen: DomainSeen): Promise<[string, string]> {
  const { MIGRATABLE, SECURE, INACTIVE } = DomainXmlFlag;
  const live = await hands.ask((libvirt, domain, options) =>
    libvirt.domainGetXmlDesc(domain, MIGRATABLE | SECURE, options),
  );
  if (seen.domain === 'transient') return [live, live];
  const stored = await hands.ask((libvirt, domain, options) =>
    libvirt.domainGetXmlDesc(domain, MIGRATABLE | SECURE | INACTIVE, options),
  );
  return [live, stored];
}

/** The guest's names of the disks that are its own and that it can write to. */
async function disksToCopy(host: HostServices, hands: Hands, live: string): Promise<string[]> {
  const directory = host.directory(hands.instance);
  const record = await readDiskRecord(directory);
  const own = new Set(
    (record?.disks ?? []).filter((disk) => !isConfigDrive(disk)).map(({ file }) => directory.file(file)),
  );
  return findAll(parseXml(live), 'devices', 'disk').flatMap((disk) =>
    own.has(find(disk, 'source')?.attributes['file'] ?? '') ? [find(disk, 'target')?.attributes['dev'] ?? ''] : [],
  );
}

/** Without disks to copy the flag is left out: libvirt would copy all that can be written, onto itself where it is shared. */
function flagsOf(policy: MigrationPolicy, seen: DomainSeen, copiesDisks: boolean): number {
  const f = DomainMigrateFlag;
  return [
    f.LIVE | f.PEER2PEER | f.PERSIST_DEST | f.UNDEFINE_SOURCE | f.ABORT_ON_ERROR,
    policy.landing === 'paused' ? f.PAUSED : 0,
    policy.autoConverge ? f.AUTO_CONVERGE : 0,
    // libvirt refuses it for a guest that is paused.
    policy.postCopy && seen.power === 'on' ? f.POSTCOPY : 0,
    policy.trustSharedStorage ? f.UNSAFE : 0,
    policy.nativeTls ? f.TLS : 0,
    copiesDisks ? f.NON_SHARED_INC : 0,
  ].reduce((all, flag) => all | flag, 0);
}
