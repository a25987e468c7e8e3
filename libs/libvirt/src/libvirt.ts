import { LibvirtCalls } from './generated/calls.ts';
import * as p from './generated/procedures.ts';
import type { Domain, TypedParam } from './generated/records.ts';
import type { CallOptions } from './session/call-options.ts';
import { connect } from './session/connect.ts';
import type { ConnectOptions } from './session/connect.ts';
import { LibvirtDeadlineError, LibvirtUsageError } from './session/errors.ts';
import type { EventHub } from './session/event-hub.ts';
import type { Session, SessionEnd } from './session/session.ts';
import type { LibvirtStream } from './session/stream.ts';
import { fromTypedParams, toTypedParams } from './typed-params.ts';
import type { TypedParams, TypedParamsInput } from './typed-params.ts';
import type { Procedure } from './wire/procedure.ts';

const FEATURE_MIGRATION_PARAMS = 13;
const PEER2PEER = 2;
const STRING_OKAY = 4;

/** One domain of {@link Libvirt.connectGetAllDomainStats}. */
export interface DomainStats {
  readonly dom: Domain;
  readonly params: TypedParams;
}

/** The host as `nodeGetInfo` describes it. */
export interface NodeInfo {
  readonly model: string;
  /** KiB */
  readonly memory: bigint;
  readonly cpus: number;
  readonly mhz: number;
  readonly nodes: number;
  readonly sockets: number;
  readonly cores: number;
  readonly threads: number;
}

/** A domain of which only the uuid is known; the daemon looks domains up by it. */
export function domainByUuid(uuid: string): Domain {
  return { name: '', uuid, id: -1 };
}

/**
 * libvirt's public calls over one session: the methods of {@link LibvirtCalls}, named and ordered as in libvirt's API,
 * and those that need more than one call or another shape than the wire's.
 */
export class Libvirt extends LibvirtCalls {
  readonly session: Session;

  constructor(session: Session) {
    super();
    this.session = session;
  }

  /** Opens a session; see {@link connect}. */
  static async connect(options: ConnectOptions = {}): Promise<Libvirt> {
    return new Libvirt(await connect(options));
  }

  /** What the daemon reports by itself. */
  get events(): EventHub {
    return this.session.events;
  }

  /** Resolves when the session is over. */
  get closed(): Promise<SessionEnd> {
    return this.session.closed;
  }

  /** Ends the session in order; see {@link Session.close}. */
  close(options?: { graceMs?: number }): Promise<void> {
    return this.session.close(options);
  }

  /** Whether daemon and driver have a feature of the remote protocol, by its number. */
  async connectSupportsFeature(feature: number, options?: CallOptions): Promise<boolean> {
    return (await this.call(p.connectSupportsFeature, { feature }, options)).supported;
  }

  /** `node_get_info`, since libvirt 0.1.0. */
  async nodeGetInfo(options?: CallOptions): Promise<NodeInfo> {
    const info = await this.call(p.nodeGetInfo, undefined, options);
    return { ...info, model: text(info.model) };
  }

  /** `node_get_security_model`, since libvirt 0.6.1. */
  async nodeGetSecurityModel(options?: CallOptions): Promise<{ model: string; doi: string }> {
    const { model, doi } = await this.call(p.nodeGetSecurityModel, undefined, options);
    return { model: text(model), doi: text(doi) };
  }

  /** `node_get_cpu_map`, since libvirt 1.0.0: whether each host CPU is online. */
  async nodeGetCpuMap(flags = 0, options?: CallOptions): Promise<readonly boolean[]> {
    const { cpumap, ret } = await this.call(p.nodeGetCpuMap, { needMap: true, needOnline: true, flags }, options);
    return Array.from({ length: ret }, (_, cpu) => (cpumap[cpu >> 3]! & (1 << (cpu & 7))) !== 0);
  }

  /**
   * `domain_get_cpu_stats`, since libvirt 0.9.10. `startCpu` -1 gives one entry with the totals; otherwise one entry per
   * host CPU from `startCpu` on, `ncpus` of them.
   */
  async domainGetCpuStats(
    dom: Domain,
    startCpu: number,
    ncpus: number,
    flags = 0,
    options?: CallOptions,
  ): Promise<readonly TypedParams[]> {
    let perCpu = 0;
    const params = await this.counted(
      p.domainGetCpuStats,
      (nparams) => {
        perCpu = nparams;
        return { dom, nparams, startCpu, ncpus: nparams === 0 ? 1 : ncpus, flags: flags | STRING_OKAY };
      },
      options,
    );
    const cpus = perCpu === 0 ? 0 : Math.ceil(params.length / perCpu);
    return Array.from({ length: cpus }, (_, cpu) => fromTypedParams(params.slice(cpu * perCpu, (cpu + 1) * perCpu)));
  }

  /** `connect_get_all_domain_stats`, since libvirt 1.2.8. No domains given: all. `stats` 0: every group. */
  async connectGetAllDomainStats(
    doms: readonly Domain[] = [],
    stats = 0,
    flags = 0,
    options?: CallOptions,
  ): Promise<readonly DomainStats[]> {
    const { retStats } = await this.call(p.connectGetAllDomainStats, { doms, stats, flags }, options);
    return retStats.map(({ dom, params }) => ({ dom, params: fromTypedParams(params) }));
  }

  /**
   * Migrates peer to peer: the source daemon runs the whole migration with the daemon at `destinationUri`, and the
   * answer comes when it is over. `flags` must hold `DomainMigrateFlag.PEER2PEER`. A unix socket needs the spelling
   * `qemu+unix:///system?socket=…`: otherwise the daemon takes it for itself.
   */
  async domainMigrateToUri3(
    dom: Domain,
    destinationUri: string,
    params: TypedParamsInput = {},
    flags: number = PEER2PEER,
    options: CallOptions = {},
  ): Promise<void> {
    if ((flags & PEER2PEER) === 0)
      throw new LibvirtUsageError(
        'domainMigrateToUri3: flags must hold PEER2PEER; a migration driven by the client is not offered',
      );
    const wire = toTypedParams(params);
    const cookieIn = new Uint8Array(0);
    const rest = shareDeadline(options, p.domainMigratePerform3Params.name);
    if (await this.connectSupportsFeature(FEATURE_MIGRATION_PARAMS, rest())) {
      await this.call(
        p.domainMigratePerform3Params,
        { dom, dconnuri: destinationUri, params: wire, cookieIn, flags },
        rest(),
      );
    } else {
      await this.call(
        p.domainMigratePerform3,
        { ...fixedMigrationParams(wire), dom, dconnuri: destinationUri, cookieIn, flags: BigInt(flags) },
        rest(),
      );
    }
  }

  protected call<Args, Result>(procedure: Procedure<Args, Result>, args: Args, options?: CallOptions): Promise<Result> {
    return this.session.call(procedure, args, options);
  }

  protected open<Args, Result>(
    procedure: Procedure<Args, Result>,
    args: Args,
    options?: CallOptions,
  ): Promise<{ result: Result; stream: LibvirtStream }> {
    return this.session.openStream(procedure, args, options);
  }

  protected async counted<Args, Item>(
    procedure: Procedure<Args, { readonly params: readonly Item[]; readonly nparams: number }>,
    args: (nparams: number) => Args,
    options: CallOptions = {},
  ): Promise<readonly Item[]> {
    const rest = shareDeadline(options, procedure.name);
    const { nparams } = await this.call(procedure, args(0), rest());
    if (nparams === 0) return [];
    return (await this.call(procedure, args(nparams), rest())).params;
  }
}

/** The few parameters that daemons older than 1.1.0 know, in the places where those take them. */
function fixedMigrationParams(params: readonly TypedParam[]): {
  xmlin: string | null;
  uri: string | null;
  dname: string | null;
  resource: bigint;
} {
  const fixed = {
    xmlin: null as string | null,
    uri: null as string | null,
    dname: null as string | null,
    resource: 0n,
  };
  for (const { field, value } of params) {
    if (field === 'destination_xml' && value.type === 'string') fixed.xmlin = value.value;
    else if (field === 'migrate_uri' && value.type === 'string') fixed.uri = value.value;
    else if (field === 'destination_name' && value.type === 'string') fixed.dname = value.value;
    else if (field === 'bandwidth' && value.type === 'ullong') fixed.resource = value.value;
    else throw new LibvirtUsageError(`domainMigrateToUri3: this daemon is too old for the parameter ${field}`);
  }
  return fixed;
}

/** Options for one call after the other under one deadline: each gets what is left of it. */
function shareDeadline(options: CallOptions, procedure: string): () => CallOptions {
  const { deadlineMs } = options;
  if (deadlineMs === undefined) return () => options;
  const end = performance.now() + deadlineMs;
  return () => {
    const left = end - performance.now();
    if (left <= 0) throw new LibvirtDeadlineError(procedure, deadlineMs, false);
    return { ...options, deadlineMs: left };
  };
}

/** C text: up to the first NUL. */
function text(chars: Uint8Array): string {
  const end = chars.indexOf(0);
  return Buffer.from(end < 0 ? chars : chars.subarray(0, end)).toString();
}
