import type { BlockStats, Instance, InterfaceStats, InstanceUuid, QueryContext } from '@chronovirt/contract';
import { DriverError, InstanceNotFoundError } from '@chronovirt/contract';
import {
  DomainState,
  DomainStatsType,
  ErrorCode,
  GetAllDomainStatsFlag,
  domainByUuid,
  hasCode,
  isNoDomain,
  isOperationInvalid,
} from '@chronovirt/libvirt';
import type { TypedParams } from '@chronovirt/libvirt';
import { ourUuid } from '../events/event-feed.ts';
import { translated } from '../host/faults.ts';
import { statesOfAll } from './observe.ts';
import type { HostServices } from '../host/host-services.ts';

/** Counters of one disk; null when domain or disk are gone, which is no error. */
export async function blockStats(
  host: HostServices,
  { uuid }: Instance,
  disk: string,
  context: QueryContext,
): Promise<BlockStats | null> {
  try {
    return await host.connections.ask(async (libvirt, options) => {
      const stats = await libvirt.domainBlockStats(domainByUuid(uuid), disk, options);
      return [
        Number(stats.rdReq),
        Number(stats.rdBytes),
        Number(stats.wrReq),
        Number(stats.wrBytes),
        Number(stats.errs),
      ];
    }, context);
  } catch (error) {
    if (isNoDomain(error) || isOperationInvalid(error) || hasCode(error, ErrorCode.INVALID_ARG)) return null;
    throw translated(error, uuid);
  }
}

/** Counters of one interface, by the name of its tap, from the guest's side. */
export async function interfaceStats(
  host: HostServices,
  name: string,
  tap: string,
  context: QueryContext,
): Promise<InterfaceStats> {
  const uuid = uuidIn(name);
  const stats = await host.connections.query(
    (libvirt, options) => libvirt.domainInterfaceStats(domainByUuid(uuid), tap, options),
    context,
    uuid,
  );
  const { rxBytes, rxPackets, rxErrs, rxDrop, txBytes, txPackets, txErrs, txDrop } = stats;
  const [a, b, c, d, e, f, g, h] = [rxBytes, rxPackets, rxErrs, rxDrop, txBytes, txPackets, txErrs, txDrop].map(Number);
  return [a!, b!, c!, d!, e!, f!, g!, h!];
}

/** The UUID in an internal name. Throws `INSTANCE_NOT_FOUND` for a name that no instance can have. */
function uuidIn(name: string): InstanceUuid {
  const uuid = ourUuid({ name, uuid: name.replace(/^instance-/, '') });
  if (uuid === null) throw new InstanceNotFoundError(name);
  return uuid;
}

/** Everything that is counted of a running guest, flat; what a guest does not count is left out. One call. */
export async function getDiagnostics(
  host: HostServices,
  { uuid }: Instance,
  context: QueryContext,
): Promise<Record<string, number>> {
  const { STATE, VCPU, INTERFACE, BLOCK, BALLOON } = DomainStatsType;
  const [stats] = await host.connections.query(
    (libvirt, options) =>
      libvirt.connectGetAllDomainStats(
        [domainByUuid(uuid)],
        STATE | VCPU | INTERFACE | BLOCK | BALLOON,
        GetAllDomainStatsFlag.NOWAIT,
        options,
      ),
    context,
    uuid,
  );
  if (stats === undefined) throw new InstanceNotFoundError(uuid);
  if (Number(stats.params['state.state']) === DomainState.SHUTOFF) {
    throw new DriverError('INSTANCE_INVALID_STATE', 'the guest does not run; nothing is counted');
  }
  return flattened(stats.params);
}

const cpuKey = /^vcpu\.(\d+)\.time$/;
const deviceKey = /^(block|net)\.(\d+)\.(.+)$/;
const counters: Readonly<Record<string, string>> = {
  'rd.reqs': 'read_req',
  'rd.bytes': 'read',
  'wr.reqs': 'write_req',
  'wr.bytes': 'write',
  errors: 'errors',
  'rx.bytes': 'rx',
  'rx.pkts': 'rx_packets',
  'rx.errs': 'rx_errors',
  'rx.drop': 'rx_drop',
  'tx.bytes': 'tx',
  'tx.pkts': 'tx_packets',
  'tx.errs': 'tx_errors',
  'tx.drop': 'tx_drop',
};

function flattened(params: TypedParams): Record<string, number> {
  const flat: Record<string, number> = {};
  for (const [key, value] of Object.entries(params)) {
    if (typeof value === 'string' || typeof value === 'boolean') continue;
    const cpu = cpuKey.exec(key);
    const [, kind, index, what] = deviceKey.exec(key) ?? [];
    const counter = what === undefined ? undefined : counters[what];
    if (cpu) flat[`cpu${cpu[1]}_time`] = Number(value);
    else if (counter !== undefined) flat[`${String(params[`${kind}.${index}.name`])}_${counter}`] = Number(value);
    else if (key === 'balloon.maximum') flat['memory'] = Number(value);
    else if (key.startsWith('balloon.')) flat[`memory-${key.slice('balloon.'.length)}`] = Number(value);
  }
  return flat;
}

/** vCPUs and memory of running guests of ours and others: all take from the same host. */
export async function usage(
  host: HostServices,
  context: QueryContext,
): Promise<{ vcpus: number; memoryMiB: number; running: number }> {
  const { STATE, VCPU, BALLOON } = DomainStatsType;
  const all = await host.connections.query(
    (libvirt, options) => statesOfAll(libvirt, options, STATE | VCPU | BALLOON),
    context,
  );
  const running = all.filter(({ params }) => Number(params['state.state']) !== DomainState.SHUTOFF);
  return {
    vcpus: running.reduce((sum, { params }) => sum + Number(params['vcpu.current'] ?? 1), 0),
    memoryMiB: running.reduce((sum, { params }) => sum + Math.ceil(Number(params['balloon.maximum'] ?? 0) / 1024), 0),
    running: running.length,
  };
}
