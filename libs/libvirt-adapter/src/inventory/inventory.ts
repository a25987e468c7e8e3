/** The contract's questions about what is here: each one call, answered by libvirt and not by a record. */
import { powerStateCode } from '@chronovirt/contract';
import type { Instance, InstanceInfo, InstanceUuid, PowerStateCode, QueryContext } from '@chronovirt/contract';
import { DomainState, domainByUuid, isNoDomain } from '@chronovirt/libvirt';
import { readDiskRecord } from '../disks/disk-record.ts';
import { isThere } from '../disks/instance-disks.ts';
import { ourUuid } from '../events/event-feed.ts';
import type { HostServices } from '../host/host-services.ts';

const powerStates: Readonly<Record<number, PowerStateCode>> = {
  [DomainState.NOSTATE]: powerStateCode.NOSTATE,
  [DomainState.RUNNING]: powerStateCode.RUNNING,
  [DomainState.BLOCKED]: powerStateCode.RUNNING,
  [DomainState.PAUSED]: powerStateCode.PAUSED,
  [DomainState.SHUTDOWN]: powerStateCode.SHUTDOWN,
  [DomainState.SHUTOFF]: powerStateCode.SHUTDOWN,
  [DomainState.CRASHED]: powerStateCode.CRASHED,
  [DomainState.PMSUSPENDED]: powerStateCode.SUSPENDED,
};

/** Status of an instance. Throws `INSTANCE_NOT_FOUND`. */
export async function getInfo(host: HostServices, { uuid }: Instance, context: QueryContext): Promise<InstanceInfo> {
  const info = await host.connections.query(
    (libvirt, options) => libvirt.domainGetInfo(domainByUuid(uuid), options),
    context,
    uuid,
  );
  return {
    state: powerStates[info.state] ?? powerStateCode.NOSTATE,
    maxMem: Number(info.maxMem),
    mem: Number(info.memory),
    numCpu: info.nrVirtCpu,
    cpuTime: Number(info.cpuTime),
  };
}

/** Domains of ours, running or not: those called `instance-<their UUID>`. Others on the same libvirt are nobody's business. */
export async function ourDomains(
  host: HostServices,
  context: QueryContext,
): Promise<{ name: string; uuid: InstanceUuid }[]> {
  const all = await host.connections.query((libvirt, options) => libvirt.connectListAllDomains(0, options), context);
  return all.flatMap((domain) => {
    const uuid = ourUuid(domain);
    return uuid === null ? [] : [{ name: domain.name, uuid }];
  });
}

export async function instanceExists(host: HostServices, { uuid }: Instance, context: QueryContext): Promise<boolean> {
  return await host.connections.query(async (libvirt, options) => {
    try {
      await libvirt.domainLookupByUuid(uuid, options);
      return true;
    } catch (error) {
      if (isNoDomain(error)) return false;
      throw error;
    }
  }, context);
}

/** Whether the root disk can be used from here: its record and its file are there. An empty directory is not an instance. */
export async function instanceOnDisk(host: HostServices, { uuid }: Instance): Promise<boolean> {
  const directory = host.directory(uuid);
  const root = (await readDiskRecord(directory))?.disks.find(({ role }) => role === 'root');
  return root !== undefined && (await isThere(directory.file(root.file)));
}
