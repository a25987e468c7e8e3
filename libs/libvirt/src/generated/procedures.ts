// Generated from libs/libvirt/protocol by tools/generate.ts. Do not edit: change the tables and generate again.

import type { AnyProcedure, Procedure } from '../wire/procedure.ts';
import { readNodeGetCpuStats, writeNodeGetCpuStats, readNodeGetMemoryStats, writeNodeGetMemoryStats, readTypedParam, writeTypedParam, readDomain, writeDomain, readDomainInterface, writeDomainInterface, readDomainMemoryStat, writeDomainMemoryStat, readVcpuInfo, writeVcpuInfo, readDomainFsinfo, writeDomainFsinfo, readDomainDiskError, writeDomainDiskError, readDomainStatsRecord, writeDomainStatsRecord, readDomainSnapshot, writeDomainSnapshot, readDomainCheckpoint, writeDomainCheckpoint, readStorageVol, writeStorageVol, readNwfilter, writeNwfilter, readNetwork, writeNetwork, readNetworkDhcpLease, writeNetworkDhcpLease, readInterface, writeInterface, readStoragePool, writeStoragePool, readSecret, writeSecret, readNodeDevice, writeNodeDevice } from './records.ts';
import type { NodeGetCpuStats, NodeGetMemoryStats, TypedParam, Domain, DomainInterface, DomainMemoryStat, VcpuInfo, DomainFsinfo, DomainDiskError, DomainStatsRecord, DomainSnapshot, DomainCheckpoint, StorageVol, Nwfilter, Network, NetworkDhcpLease, Interface, StoragePool, Secret, NodeDevice } from './records.ts';

/** Has no public call. */
export const authList: Procedure<void, { readonly types: readonly number[] }> = {
  name: 'auth_list',
  program: 0x20008086,
  version: 1,
  number: 66,
  high: true,
  args: { write: () => {}, read: () => {} },
  result: {
    write: (w, v) => {
      w.list(v.types, 'types', 20, (x, item) => x.i32(item, 'types'));
    },
    read: (r) => ({
      types: r.list('types', 20, (x) => x.i32('types')),
    }),
  },
};

/** Has no public call. */
export const authPolkit: Procedure<void, { readonly complete: number }> = {
  name: 'auth_polkit',
  program: 0x20008086,
  version: 1,
  number: 70,
  high: true,
  args: { write: () => {}, read: () => {} },
  result: {
    write: (w, v) => {
      w.i32(v.complete, 'complete');
    },
    read: (r) => ({
      complete: r.i32('complete'),
    }),
  },
};

/** Has no public call. */
export const authSaslInit: Procedure<void, { readonly mechlist: string }> = {
  name: 'auth_sasl_init',
  program: 0x20008086,
  version: 1,
  number: 67,
  high: true,
  args: { write: () => {}, read: () => {} },
  result: {
    write: (w, v) => {
      w.str(v.mechlist, 'mechlist');
    },
    read: (r) => ({
      mechlist: r.str('mechlist'),
    }),
  },
};

/** Has no public call. */
export const authSaslStart: Procedure<{ readonly mech: string; readonly nil: number; readonly data: Uint8Array }, { readonly complete: number; readonly nil: number; readonly data: Uint8Array }> = {
  name: 'auth_sasl_start',
  program: 0x20008086,
  version: 1,
  number: 68,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.mech, 'mech');
      w.i32(v.nil, 'nil');
      w.chars(v.data, 'data', 65536, false);
    },
    read: (r) => ({
      mech: r.str('mech'),
      nil: r.i32('nil'),
      data: r.chars('data', 65536, false),
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.complete, 'complete');
      w.i32(v.nil, 'nil');
      w.chars(v.data, 'data', 65536, false);
    },
    read: (r) => ({
      complete: r.i32('complete'),
      nil: r.i32('nil'),
      data: r.chars('data', 65536, false),
    }),
  },
};

/** Has no public call. */
export const authSaslStep: Procedure<{ readonly nil: number; readonly data: Uint8Array }, { readonly complete: number; readonly nil: number; readonly data: Uint8Array }> = {
  name: 'auth_sasl_step',
  program: 0x20008086,
  version: 1,
  number: 69,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.nil, 'nil');
      w.chars(v.data, 'data', 65536, false);
    },
    read: (r) => ({
      nil: r.i32('nil'),
      data: r.chars('data', 65536, false),
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.complete, 'complete');
      w.i32(v.nil, 'nil');
      w.chars(v.data, 'data', 65536, false);
    },
    read: (r) => ({
      complete: r.i32('complete'),
      nil: r.i32('nil'),
      data: r.chars('data', 65536, false),
    }),
  },
};

/** Has no public call. */
export const connectSupportsFeature: Procedure<{ readonly feature: number }, { readonly supported: boolean }> = {
  name: 'connect_supports_feature',
  program: 0x20008086,
  version: 1,
  number: 60,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.feature, 'feature');
    },
    read: (r) => ({
      feature: r.i32('feature'),
    }),
  },
  result: {
    write: (w, v) => {
      w.bool(v.supported, 'supported');
    },
    read: (r) => ({
      supported: r.bool('supported'),
    }),
  },
};

/** Since libvirt 0.0.3. */
export const connectOpen: Procedure<{ readonly name: string | null; readonly flags: number }, void> = {
  name: 'connect_open',
  program: 0x20008086,
  version: 1,
  number: 1,
  high: true,
  args: {
    write: (w, v) => {
      if (w.present(v.name, 'name')) w.str(v.name, 'name');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      name: r.bool('name') ? r.str('name') : null,
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.0.3. */
export const connectClose: Procedure<void, void> = {
  name: 'connect_close',
  program: 0x20008086,
  version: 1,
  number: 2,
  high: true,
  args: { write: () => {}, read: () => {} },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.3.0. */
export const connectGetUri: Procedure<void, { readonly uri: string }> = {
  name: 'connect_get_uri',
  program: 0x20008086,
  version: 1,
  number: 110,
  high: true,
  args: { write: () => {}, read: () => {} },
  result: {
    write: (w, v) => {
      w.str(v.uri, 'uri');
    },
    read: (r) => ({
      uri: r.str('uri'),
    }),
  },
};

/** Since libvirt 0.0.3. */
export const connectGetType: Procedure<void, { readonly type: string }> = {
  name: 'connect_get_type',
  program: 0x20008086,
  version: 1,
  number: 3,
  high: true,
  args: { write: () => {}, read: () => {} },
  result: {
    write: (w, v) => {
      w.str(v.type, 'type');
    },
    read: (r) => ({
      type: r.str('type'),
    }),
  },
};

/** Since libvirt 0.0.3. */
export const connectGetVersion: Procedure<void, { readonly hvVer: bigint }> = {
  name: 'connect_get_version',
  program: 0x20008086,
  version: 1,
  number: 4,
  high: true,
  args: { write: () => {}, read: () => {} },
  result: {
    write: (w, v) => {
      w.u64(v.hvVer, 'hvVer');
    },
    read: (r) => ({
      hvVer: r.u64('hvVer'),
    }),
  },
};

/** Since libvirt 0.7.3. */
export const connectGetLibVersion: Procedure<void, { readonly libVer: bigint }> = {
  name: 'connect_get_lib_version',
  program: 0x20008086,
  version: 1,
  number: 157,
  high: true,
  args: { write: () => {}, read: () => {} },
  result: {
    write: (w, v) => {
      w.u64(v.libVer, 'libVer');
    },
    read: (r) => ({
      libVer: r.u64('libVer'),
    }),
  },
};

/** Since libvirt 0.3.0. */
export const connectGetHostname: Procedure<void, { readonly hostname: string }> = {
  name: 'connect_get_hostname',
  program: 0x20008086,
  version: 1,
  number: 59,
  high: true,
  args: { write: () => {}, read: () => {} },
  result: {
    write: (w, v) => {
      w.str(v.hostname, 'hostname');
    },
    read: (r) => ({
      hostname: r.str('hostname'),
    }),
  },
};

/** Since libvirt 0.8.8. */
export const connectGetSysinfo: Procedure<{ readonly flags: number }, { readonly sysinfo: string }> = {
  name: 'connect_get_sysinfo',
  program: 0x20008086,
  version: 1,
  number: 203,
  high: true,
  args: {
    write: (w, v) => {
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.sysinfo, 'sysinfo');
    },
    read: (r) => ({
      sysinfo: r.str('sysinfo'),
    }),
  },
};

/** Since libvirt 0.2.1. */
export const connectGetCapabilities: Procedure<void, { readonly capabilities: string }> = {
  name: 'connect_get_capabilities',
  program: 0x20008086,
  version: 1,
  number: 7,
  high: false,
  args: { write: () => {}, read: () => {} },
  result: {
    write: (w, v) => {
      w.str(v.capabilities, 'capabilities');
    },
    read: (r) => ({
      capabilities: r.str('capabilities'),
    }),
  },
};

/** Since libvirt 1.2.7. */
export const connectGetDomainCapabilities: Procedure<{ readonly emulatorbin: string | null; readonly arch: string | null; readonly machine: string | null; readonly virttype: string | null; readonly flags: number }, { readonly capabilities: string }> = {
  name: 'connect_get_domain_capabilities',
  program: 0x20008086,
  version: 1,
  number: 342,
  high: false,
  args: {
    write: (w, v) => {
      if (w.present(v.emulatorbin, 'emulatorbin')) w.str(v.emulatorbin, 'emulatorbin');
      if (w.present(v.arch, 'arch')) w.str(v.arch, 'arch');
      if (w.present(v.machine, 'machine')) w.str(v.machine, 'machine');
      if (w.present(v.virttype, 'virttype')) w.str(v.virttype, 'virttype');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      emulatorbin: r.bool('emulatorbin') ? r.str('emulatorbin') : null,
      arch: r.bool('arch') ? r.str('arch') : null,
      machine: r.bool('machine') ? r.str('machine') : null,
      virttype: r.bool('virttype') ? r.str('virttype') : null,
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.capabilities, 'capabilities');
    },
    read: (r) => ({
      capabilities: r.str('capabilities'),
    }),
  },
};

/** Since libvirt 4.4.0. */
export const connectBaselineHypervisorCpu: Procedure<{ readonly emulator: string | null; readonly arch: string | null; readonly machine: string | null; readonly virttype: string | null; readonly xmlCpus: readonly string[]; readonly flags: number }, { readonly cpu: string }> = {
  name: 'connect_baseline_hypervisor_cpu',
  program: 0x20008086,
  version: 1,
  number: 394,
  high: false,
  args: {
    write: (w, v) => {
      if (w.present(v.emulator, 'emulator')) w.str(v.emulator, 'emulator');
      if (w.present(v.arch, 'arch')) w.str(v.arch, 'arch');
      if (w.present(v.machine, 'machine')) w.str(v.machine, 'machine');
      if (w.present(v.virttype, 'virttype')) w.str(v.virttype, 'virttype');
      w.list(v.xmlCpus, 'xmlCpus', 256, (x, item) => x.str(item, 'xmlCpus'));
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      emulator: r.bool('emulator') ? r.str('emulator') : null,
      arch: r.bool('arch') ? r.str('arch') : null,
      machine: r.bool('machine') ? r.str('machine') : null,
      virttype: r.bool('virttype') ? r.str('virttype') : null,
      xmlCpus: r.list('xmlCpus', 256, (x) => x.str('xmlCpus')),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.cpu, 'cpu');
    },
    read: (r) => ({
      cpu: r.str('cpu'),
    }),
  },
};

/** Since libvirt 0.7.5. */
export const connectCompareCpu: Procedure<{ readonly xml: string; readonly flags: number }, { readonly result: number }> = {
  name: 'connect_compare_cpu',
  program: 0x20008086,
  version: 1,
  number: 158,
  high: false,
  args: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      xml: r.str('xml'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.result, 'result');
    },
    read: (r) => ({
      result: r.i32('result'),
    }),
  },
};

/** Since libvirt 4.4.0. */
export const connectCompareHypervisorCpu: Procedure<{ readonly emulator: string | null; readonly arch: string | null; readonly machine: string | null; readonly virttype: string | null; readonly xmlCpu: string; readonly flags: number }, { readonly result: number }> = {
  name: 'connect_compare_hypervisor_cpu',
  program: 0x20008086,
  version: 1,
  number: 393,
  high: false,
  args: {
    write: (w, v) => {
      if (w.present(v.emulator, 'emulator')) w.str(v.emulator, 'emulator');
      if (w.present(v.arch, 'arch')) w.str(v.arch, 'arch');
      if (w.present(v.machine, 'machine')) w.str(v.machine, 'machine');
      if (w.present(v.virttype, 'virttype')) w.str(v.virttype, 'virttype');
      w.str(v.xmlCpu, 'xmlCpu');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      emulator: r.bool('emulator') ? r.str('emulator') : null,
      arch: r.bool('arch') ? r.str('arch') : null,
      machine: r.bool('machine') ? r.str('machine') : null,
      virttype: r.bool('virttype') ? r.str('virttype') : null,
      xmlCpu: r.str('xmlCpu'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.result, 'result');
    },
    read: (r) => ({
      result: r.i32('result'),
    }),
  },
};

/** Since libvirt 1.1.3. */
export const connectGetCpuModelNames: Procedure<{ readonly arch: string; readonly needResults: boolean; readonly flags: number }, { readonly models: readonly string[]; readonly ret: number }> = {
  name: 'connect_get_cpu_model_names',
  program: 0x20008086,
  version: 1,
  number: 312,
  high: false,
  args: {
    write: (w, v) => {
      w.str(v.arch, 'arch');
      w.bool(v.needResults, 'needResults');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      arch: r.str('arch'),
      needResults: r.bool('needResults'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.models, 'models', 8192, (x, item) => x.str(item, 'models'));
      w.i32(v.ret, 'ret');
    },
    read: (r) => ({
      models: r.list('models', 8192, (x) => x.str('models')),
      ret: r.i32('ret'),
    }),
  },
};

/** Since libvirt 0.2.1. */
export const connectGetMaxVcpus: Procedure<{ readonly type: string | null }, { readonly maxVcpus: number }> = {
  name: 'connect_get_max_vcpus',
  program: 0x20008086,
  version: 1,
  number: 5,
  high: true,
  args: {
    write: (w, v) => {
      if (w.present(v.type, 'type')) w.str(v.type, 'type');
    },
    read: (r) => ({
      type: r.bool('type') ? r.str('type') : null,
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.maxVcpus, 'maxVcpus');
    },
    read: (r) => ({
      maxVcpus: r.i32('maxVcpus'),
    }),
  },
};

/** Since libvirt 0.7.3. */
export const connectIsSecure: Procedure<void, { readonly secure: boolean }> = {
  name: 'connect_is_secure',
  program: 0x20008086,
  version: 1,
  number: 149,
  high: true,
  args: { write: () => {}, read: () => {} },
  result: {
    write: (w, v) => {
      w.bool(v.secure, 'secure');
    },
    read: (r) => ({
      secure: r.bool('secure'),
    }),
  },
};

/** Since libvirt 0.1.0. */
export const nodeGetInfo: Procedure<void, { readonly model: Uint8Array; readonly memory: bigint; readonly cpus: number; readonly mhz: number; readonly nodes: number; readonly sockets: number; readonly cores: number; readonly threads: number }> = {
  name: 'node_get_info',
  program: 0x20008086,
  version: 1,
  number: 6,
  high: true,
  args: { write: () => {}, read: () => {} },
  result: {
    write: (w, v) => {
      w.chars(v.model, 'model', 32, true);
      w.u64(v.memory, 'memory');
      w.i32(v.cpus, 'cpus');
      w.i32(v.mhz, 'mhz');
      w.i32(v.nodes, 'nodes');
      w.i32(v.sockets, 'sockets');
      w.i32(v.cores, 'cores');
      w.i32(v.threads, 'threads');
    },
    read: (r) => ({
      model: r.chars('model', 32, true),
      memory: r.u64('memory'),
      cpus: r.i32('cpus'),
      mhz: r.i32('mhz'),
      nodes: r.i32('nodes'),
      sockets: r.i32('sockets'),
      cores: r.i32('cores'),
      threads: r.i32('threads'),
    }),
  },
};

/** Since libvirt 1.0.0. */
export const nodeGetCpuMap: Procedure<{ readonly needMap: boolean; readonly needOnline: boolean; readonly flags: number }, { readonly cpumap: Uint8Array; readonly online: number; readonly ret: number }> = {
  name: 'node_get_cpu_map',
  program: 0x20008086,
  version: 1,
  number: 293,
  high: false,
  args: {
    write: (w, v) => {
      w.bool(v.needMap, 'needMap');
      w.bool(v.needOnline, 'needOnline');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      needMap: r.bool('needMap'),
      needOnline: r.bool('needOnline'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.bytesOf(v.cpumap, 'cpumap', 2048);
      w.u32(v.online, 'online');
      w.i32(v.ret, 'ret');
    },
    read: (r) => ({
      cpumap: r.bytesOf('cpumap', 2048),
      online: r.u32('online'),
      ret: r.i32('ret'),
    }),
  },
};

/** Since libvirt 0.9.3. */
export const nodeGetCpuStats: Procedure<{ readonly cpuNum: number; readonly nparams: number; readonly flags: number }, { readonly params: readonly NodeGetCpuStats[]; readonly nparams: number }> = {
  name: 'node_get_cpu_stats',
  program: 0x20008086,
  version: 1,
  number: 227,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.cpuNum, 'cpuNum');
      w.i32(v.nparams, 'nparams');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      cpuNum: r.i32('cpuNum'),
      nparams: r.i32('nparams'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.params, 'params', 16, writeNodeGetCpuStats);
      w.i32(v.nparams, 'nparams');
    },
    read: (r) => ({
      params: r.list('params', 16, readNodeGetCpuStats),
      nparams: r.i32('nparams'),
    }),
  },
};

/** Since libvirt 0.9.3. */
export const nodeGetMemoryStats: Procedure<{ readonly nparams: number; readonly cellNum: number; readonly flags: number }, { readonly params: readonly NodeGetMemoryStats[]; readonly nparams: number }> = {
  name: 'node_get_memory_stats',
  program: 0x20008086,
  version: 1,
  number: 228,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.nparams, 'nparams');
      w.i32(v.cellNum, 'cellNum');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      nparams: r.i32('nparams'),
      cellNum: r.i32('cellNum'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.params, 'params', 16, writeNodeGetMemoryStats);
      w.i32(v.nparams, 'nparams');
    },
    read: (r) => ({
      params: r.list('params', 16, readNodeGetMemoryStats),
      nparams: r.i32('nparams'),
    }),
  },
};

/** Since libvirt 0.3.3. */
export const nodeGetFreeMemory: Procedure<void, { readonly freeMem: bigint }> = {
  name: 'node_get_free_memory',
  program: 0x20008086,
  version: 1,
  number: 102,
  high: true,
  args: { write: () => {}, read: () => {} },
  result: {
    write: (w, v) => {
      w.u64(v.freeMem, 'freeMem');
    },
    read: (r) => ({
      freeMem: r.u64('freeMem'),
    }),
  },
};

/** Since libvirt 0.3.3. */
export const nodeGetCellsFreeMemory: Procedure<{ readonly startCell: number; readonly maxcells: number }, { readonly cells: readonly bigint[] }> = {
  name: 'node_get_cells_free_memory',
  program: 0x20008086,
  version: 1,
  number: 101,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.startCell, 'startCell');
      w.i32(v.maxcells, 'maxcells');
    },
    read: (r) => ({
      startCell: r.i32('startCell'),
      maxcells: r.i32('maxcells'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.cells, 'cells', 1024, (x, item) => x.u64(item, 'cells'));
    },
    read: (r) => ({
      cells: r.list('cells', 1024, (x) => x.u64('cells')),
    }),
  },
};

/** Since libvirt 1.2.6. */
export const nodeGetFreePages: Procedure<{ readonly pages: readonly number[]; readonly startCell: number; readonly cellCount: number; readonly flags: number }, { readonly counts: readonly bigint[] }> = {
  name: 'node_get_free_pages',
  program: 0x20008086,
  version: 1,
  number: 340,
  high: true,
  args: {
    write: (w, v) => {
      w.list(v.pages, 'pages', 1024, (x, item) => x.u32(item, 'pages'));
      w.i32(v.startCell, 'startCell');
      w.u32(v.cellCount, 'cellCount');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      pages: r.list('pages', 1024, (x) => x.u32('pages')),
      startCell: r.i32('startCell'),
      cellCount: r.u32('cellCount'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.counts, 'counts', 1024, (x, item) => x.u64(item, 'counts'));
    },
    read: (r) => ({
      counts: r.list('counts', 1024, (x) => x.u64('counts')),
    }),
  },
};

/** Since libvirt 4.5.0. */
export const nodeGetSevInfo: Procedure<{ readonly nparams: number; readonly flags: number }, { readonly params: readonly TypedParam[]; readonly nparams: number }> = {
  name: 'node_get_sev_info',
  program: 0x20008086,
  version: 1,
  number: 395,
  high: false,
  args: {
    write: (w, v) => {
      w.i32(v.nparams, 'nparams');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      nparams: r.i32('nparams'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.params, 'params', 64, writeTypedParam);
      w.i32(v.nparams, 'nparams');
    },
    read: (r) => ({
      params: r.list('params', 64, readTypedParam),
      nparams: r.i32('nparams'),
    }),
  },
};

/** Since libvirt 0.6.1. */
export const nodeGetSecurityModel: Procedure<void, { readonly model: Uint8Array; readonly doi: Uint8Array }> = {
  name: 'node_get_security_model',
  program: 0x20008086,
  version: 1,
  number: 122,
  high: true,
  args: { write: () => {}, read: () => {} },
  result: {
    write: (w, v) => {
      w.chars(v.model, 'model', 257, false);
      w.chars(v.doi, 'doi', 257, false);
    },
    read: (r) => ({
      model: r.chars('model', 257, false),
      doi: r.chars('doi', 257, false),
    }),
  },
};

/** Since libvirt 0.10.0. */
export const connectRegisterCloseCallback: Procedure<void, void> = {
  name: 'connect_register_close_callback',
  program: 0x20008086,
  version: 1,
  number: 360,
  high: true,
  args: { write: () => {}, read: () => {} },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.10.0. */
export const connectUnregisterCloseCallback: Procedure<void, void> = {
  name: 'connect_unregister_close_callback',
  program: 0x20008086,
  version: 1,
  number: 361,
  high: true,
  args: { write: () => {}, read: () => {} },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.13. */
export const connectListAllDomains: Procedure<{ readonly needResults: boolean; readonly flags: number }, { readonly domains: readonly Domain[]; readonly ret: number }> = {
  name: 'connect_list_all_domains',
  program: 0x20008086,
  version: 1,
  number: 273,
  high: true,
  args: {
    write: (w, v) => {
      w.bool(v.needResults, 'needResults');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      needResults: r.bool('needResults'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.domains, 'domains', 16384, writeDomain);
      w.u32(v.ret, 'ret');
    },
    read: (r) => ({
      domains: r.list('domains', 16384, readDomain),
      ret: r.u32('ret'),
    }),
  },
};

/** Since libvirt 0.0.3. */
export const connectNumOfDomains: Procedure<void, { readonly num: number }> = {
  name: 'connect_num_of_domains',
  program: 0x20008086,
  version: 1,
  number: 51,
  high: true,
  args: { write: () => {}, read: () => {} },
  result: {
    write: (w, v) => {
      w.i32(v.num, 'num');
    },
    read: (r) => ({
      num: r.i32('num'),
    }),
  },
};

/** Since libvirt 0.0.3. */
export const domainLookupById: Procedure<{ readonly id: number }, { readonly dom: Domain }> = {
  name: 'domain_lookup_by_id',
  program: 0x20008086,
  version: 1,
  number: 22,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.id, 'id');
    },
    read: (r) => ({
      id: r.i32('id'),
    }),
  },
  result: {
    write: (w, v) => {
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      dom: readDomain(r),
    }),
  },
};

/** Since libvirt 0.0.3. */
export const domainLookupByName: Procedure<{ readonly name: string }, { readonly dom: Domain }> = {
  name: 'domain_lookup_by_name',
  program: 0x20008086,
  version: 1,
  number: 23,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
    },
    read: (r) => ({
      name: r.str('name'),
    }),
  },
  result: {
    write: (w, v) => {
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      dom: readDomain(r),
    }),
  },
};

/** Since libvirt 0.0.5. */
export const domainLookupByUuid: Procedure<{ readonly uuid: string }, { readonly dom: Domain }> = {
  name: 'domain_lookup_by_uuid',
  program: 0x20008086,
  version: 1,
  number: 24,
  high: true,
  args: {
    write: (w, v) => {
      w.uuid(v.uuid, 'uuid');
    },
    read: (r) => ({
      uuid: r.uuid('uuid'),
    }),
  },
  result: {
    write: (w, v) => {
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      dom: readDomain(r),
    }),
  },
};

/** Since libvirt 1.2.12. */
export const domainDefineXmlFlags: Procedure<{ readonly xml: string; readonly flags: number }, { readonly dom: Domain }> = {
  name: 'domain_define_xml_flags',
  program: 0x20008086,
  version: 1,
  number: 350,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      xml: r.str('xml'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      dom: readDomain(r),
    }),
  },
};

/** Since libvirt 0.8.2. */
export const domainCreateWithFlags: Procedure<{ readonly dom: Domain; readonly flags: number }, { readonly dom: Domain }> = {
  name: 'domain_create_with_flags',
  program: 0x20008086,
  version: 1,
  number: 196,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      dom: readDomain(r),
    }),
  },
};

/** Since libvirt 0.5.0. */
export const domainCreateXml: Procedure<{ readonly xmlDesc: string; readonly flags: number }, { readonly dom: Domain }> = {
  name: 'domain_create_xml',
  program: 0x20008086,
  version: 1,
  number: 10,
  high: false,
  args: {
    write: (w, v) => {
      w.str(v.xmlDesc, 'xmlDesc');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      xmlDesc: r.str('xmlDesc'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      dom: readDomain(r),
    }),
  },
};

/** Since libvirt 0.9.4. */
export const domainDestroyFlags: Procedure<{ readonly dom: Domain; readonly flags: number }, void> = {
  name: 'domain_destroy_flags',
  program: 0x20008086,
  version: 1,
  number: 234,
  high: true,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.10. */
export const domainShutdownFlags: Procedure<{ readonly dom: Domain; readonly flags: number }, void> = {
  name: 'domain_shutdown_flags',
  program: 0x20008086,
  version: 1,
  number: 258,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.1.0. */
export const domainReboot: Procedure<{ readonly dom: Domain; readonly flags: number }, void> = {
  name: 'domain_reboot',
  program: 0x20008086,
  version: 1,
  number: 27,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.7. */
export const domainReset: Procedure<{ readonly dom: Domain; readonly flags: number }, void> = {
  name: 'domain_reset',
  program: 0x20008086,
  version: 1,
  number: 245,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.0.3. */
export const domainSuspend: Procedure<{ readonly dom: Domain }, void> = {
  name: 'domain_suspend',
  program: 0x20008086,
  version: 1,
  number: 34,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      dom: readDomain(r),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.0.3. */
export const domainResume: Procedure<{ readonly dom: Domain }, void> = {
  name: 'domain_resume',
  program: 0x20008086,
  version: 1,
  number: 28,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      dom: readDomain(r),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.10. */
export const domainPmSuspendForDuration: Procedure<{ readonly dom: Domain; readonly target: number; readonly duration: bigint; readonly flags: number }, void> = {
  name: 'domain_pm_suspend_for_duration',
  program: 0x20008086,
  version: 1,
  number: 261,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.target, 'target');
      w.u64(v.duration, 'duration');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      target: r.u32('target'),
      duration: r.u64('duration'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.11. */
export const domainPmWakeup: Procedure<{ readonly dom: Domain; readonly flags: number }, void> = {
  name: 'domain_pm_wakeup',
  program: 0x20008086,
  version: 1,
  number: 267,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.8.0. */
export const domainManagedSave: Procedure<{ readonly dom: Domain; readonly flags: number }, void> = {
  name: 'domain_managed_save',
  program: 0x20008086,
  version: 1,
  number: 182,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.8.0. */
export const domainManagedSaveRemove: Procedure<{ readonly dom: Domain; readonly flags: number }, void> = {
  name: 'domain_managed_save_remove',
  program: 0x20008086,
  version: 1,
  number: 184,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.8.0. */
export const domainHasManagedSaveImage: Procedure<{ readonly dom: Domain; readonly flags: number }, { readonly result: boolean }> = {
  name: 'domain_has_managed_save_image',
  program: 0x20008086,
  version: 1,
  number: 183,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.bool(v.result, 'result');
    },
    read: (r) => ({
      result: r.bool('result'),
    }),
  },
};

/** Since libvirt 3.7.0. */
export const domainManagedSaveGetXmlDesc: Procedure<{ readonly dom: Domain; readonly flags: number }, { readonly xml: string }> = {
  name: 'domain_managed_save_get_xml_desc',
  program: 0x20008086,
  version: 1,
  number: 388,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
    },
    read: (r) => ({
      xml: r.str('xml'),
    }),
  },
};

/** Since libvirt 3.7.0. */
export const domainManagedSaveDefineXml: Procedure<{ readonly dom: Domain; readonly dxml: string | null; readonly flags: number }, void> = {
  name: 'domain_managed_save_define_xml',
  program: 0x20008086,
  version: 1,
  number: 389,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      if (w.present(v.dxml, 'dxml')) w.str(v.dxml, 'dxml');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      dxml: r.bool('dxml') ? r.str('dxml') : null,
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.4. */
export const domainUndefineFlags: Procedure<{ readonly dom: Domain; readonly flags: number }, void> = {
  name: 'domain_undefine_flags',
  program: 0x20008086,
  version: 1,
  number: 231,
  high: true,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.2.1. */
export const domainSetAutostart: Procedure<{ readonly dom: Domain; readonly autostart: boolean }, void> = {
  name: 'domain_set_autostart',
  program: 0x20008086,
  version: 1,
  number: 29,
  high: true,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.bool(v.autostart, 'autostart');
    },
    read: (r) => ({
      dom: readDomain(r),
      autostart: r.bool('autostart'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.2.1. */
export const domainGetAutostart: Procedure<{ readonly dom: Domain }, { readonly autostart: boolean }> = {
  name: 'domain_get_autostart',
  program: 0x20008086,
  version: 1,
  number: 15,
  high: true,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      dom: readDomain(r),
    }),
  },
  result: {
    write: (w, v) => {
      w.bool(v.autostart, 'autostart');
    },
    read: (r) => ({
      autostart: r.bool('autostart'),
    }),
  },
};

/** Since libvirt 1.2.19. */
export const domainRename: Procedure<{ readonly dom: Domain; readonly newName: string | null; readonly flags: number }, { readonly retcode: number }> = {
  name: 'domain_rename',
  program: 0x20008086,
  version: 1,
  number: 358,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      if (w.present(v.newName, 'newName')) w.str(v.newName, 'newName');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      newName: r.bool('newName') ? r.str('newName') : null,
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.retcode, 'retcode');
    },
    read: (r) => ({
      retcode: r.i32('retcode'),
    }),
  },
};

/** Since libvirt 1.2.3. */
export const domainCoreDumpWithFormat: Procedure<{ readonly dom: Domain; readonly to: string; readonly dumpformat: number; readonly flags: number }, void> = {
  name: 'domain_core_dump_with_format',
  program: 0x20008086,
  version: 1,
  number: 334,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.to, 'to');
      w.u32(v.dumpformat, 'dumpformat');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      to: r.str('to'),
      dumpformat: r.u32('dumpformat'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.2. */
export const domainInjectNmi: Procedure<{ readonly dom: Domain; readonly flags: number }, void> = {
  name: 'domain_inject_nmi',
  program: 0x20008086,
  version: 1,
  number: 210,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.0.3. */
export const domainGetXmlDesc: Procedure<{ readonly dom: Domain; readonly flags: number }, { readonly xml: string }> = {
  name: 'domain_get_xml_desc',
  program: 0x20008086,
  version: 1,
  number: 14,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
    },
    read: (r) => ({
      xml: r.str('xml'),
    }),
  },
};

/** Since libvirt 0.0.3. */
export const domainGetInfo: Procedure<{ readonly dom: Domain }, { readonly state: number; readonly maxMem: bigint; readonly memory: bigint; readonly nrVirtCpu: number; readonly cpuTime: bigint }> = {
  name: 'domain_get_info',
  program: 0x20008086,
  version: 1,
  number: 16,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      dom: readDomain(r),
    }),
  },
  result: {
    write: (w, v) => {
      w.u32(v.state, 'state');
      w.u64(v.maxMem, 'maxMem');
      w.u64(v.memory, 'memory');
      w.u32(v.nrVirtCpu, 'nrVirtCpu');
      w.u64(v.cpuTime, 'cpuTime');
    },
    read: (r) => ({
      state: r.u32('state'),
      maxMem: r.u64('maxMem'),
      memory: r.u64('memory'),
      nrVirtCpu: r.u32('nrVirtCpu'),
      cpuTime: r.u64('cpuTime'),
    }),
  },
};

/** Since libvirt 0.9.2. */
export const domainGetState: Procedure<{ readonly dom: Domain; readonly flags: number }, { readonly state: number; readonly reason: number }> = {
  name: 'domain_get_state',
  program: 0x20008086,
  version: 1,
  number: 212,
  high: true,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.state, 'state');
      w.i32(v.reason, 'reason');
    },
    read: (r) => ({
      state: r.i32('state'),
      reason: r.i32('reason'),
    }),
  },
};

/** Since libvirt 0.7.3. */
export const domainIsActive: Procedure<{ readonly dom: Domain }, { readonly active: boolean }> = {
  name: 'domain_is_active',
  program: 0x20008086,
  version: 1,
  number: 150,
  high: true,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      dom: readDomain(r),
    }),
  },
  result: {
    write: (w, v) => {
      w.bool(v.active, 'active');
    },
    read: (r) => ({
      active: r.bool('active'),
    }),
  },
};

/** Since libvirt 0.7.3. */
export const domainIsPersistent: Procedure<{ readonly dom: Domain }, { readonly persistent: boolean }> = {
  name: 'domain_is_persistent',
  program: 0x20008086,
  version: 1,
  number: 151,
  high: true,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      dom: readDomain(r),
    }),
  },
  result: {
    write: (w, v) => {
      w.bool(v.persistent, 'persistent');
    },
    read: (r) => ({
      persistent: r.bool('persistent'),
    }),
  },
};

/** Since libvirt 0.9.3. */
export const domainGetControlInfo: Procedure<{ readonly dom: Domain; readonly flags: number }, { readonly state: number; readonly details: number; readonly stateTime: bigint }> = {
  name: 'domain_get_control_info',
  program: 0x20008086,
  version: 1,
  number: 229,
  high: true,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.u32(v.state, 'state');
      w.u32(v.details, 'details');
      w.u64(v.stateTime, 'stateTime');
    },
    read: (r) => ({
      state: r.u32('state'),
      details: r.u32('details'),
      stateTime: r.u64('stateTime'),
    }),
  },
};

/** Since libvirt 0.4.2. */
export const domainBlockPeek: Procedure<{ readonly dom: Domain; readonly path: string; readonly offset: bigint; readonly size: number; readonly flags: number }, { readonly buffer: Uint8Array }> = {
  name: 'domain_block_peek',
  program: 0x20008086,
  version: 1,
  number: 103,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.path, 'path');
      w.u64(v.offset, 'offset');
      w.u32(v.size, 'size');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      path: r.str('path'),
      offset: r.u64('offset'),
      size: r.u32('size'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.bytesOf(v.buffer, 'buffer', 4194304);
    },
    read: (r) => ({
      buffer: r.bytesOf('buffer', 4194304),
    }),
  },
};

/** Since libvirt 0.3.2. */
export const domainBlockStats: Procedure<{ readonly dom: Domain; readonly path: string }, { readonly rdReq: bigint; readonly rdBytes: bigint; readonly wrReq: bigint; readonly wrBytes: bigint; readonly errs: bigint }> = {
  name: 'domain_block_stats',
  program: 0x20008086,
  version: 1,
  number: 64,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.path, 'path');
    },
    read: (r) => ({
      dom: readDomain(r),
      path: r.str('path'),
    }),
  },
  result: {
    write: (w, v) => {
      w.i64(v.rdReq, 'rdReq');
      w.i64(v.rdBytes, 'rdBytes');
      w.i64(v.wrReq, 'wrReq');
      w.i64(v.wrBytes, 'wrBytes');
      w.i64(v.errs, 'errs');
    },
    read: (r) => ({
      rdReq: r.i64('rdReq'),
      rdBytes: r.i64('rdBytes'),
      wrReq: r.i64('wrReq'),
      wrBytes: r.i64('wrBytes'),
      errs: r.i64('errs'),
    }),
  },
};

/** Since libvirt 0.9.5. */
export const domainBlockStatsFlags: Procedure<{ readonly dom: Domain; readonly path: string; readonly nparams: number; readonly flags: number }, { readonly params: readonly TypedParam[]; readonly nparams: number }> = {
  name: 'domain_block_stats_flags',
  program: 0x20008086,
  version: 1,
  number: 243,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.path, 'path');
      w.i32(v.nparams, 'nparams');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      path: r.str('path'),
      nparams: r.i32('nparams'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.params, 'params', 16, writeTypedParam);
      w.i32(v.nparams, 'nparams');
    },
    read: (r) => ({
      params: r.list('params', 16, readTypedParam),
      nparams: r.i32('nparams'),
    }),
  },
};

/** Since libvirt 0.8.1. */
export const domainGetBlockInfo: Procedure<{ readonly dom: Domain; readonly path: string; readonly flags: number }, { readonly allocation: bigint; readonly capacity: bigint; readonly physical: bigint }> = {
  name: 'domain_get_block_info',
  program: 0x20008086,
  version: 1,
  number: 194,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.path, 'path');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      path: r.str('path'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.u64(v.allocation, 'allocation');
      w.u64(v.capacity, 'capacity');
      w.u64(v.physical, 'physical');
    },
    read: (r) => ({
      allocation: r.u64('allocation'),
      capacity: r.u64('capacity'),
      physical: r.u64('physical'),
    }),
  },
};

/** Since libvirt 0.3.2. */
export const domainInterfaceStats: Procedure<{ readonly dom: Domain; readonly device: string }, { readonly rxBytes: bigint; readonly rxPackets: bigint; readonly rxErrs: bigint; readonly rxDrop: bigint; readonly txBytes: bigint; readonly txPackets: bigint; readonly txErrs: bigint; readonly txDrop: bigint }> = {
  name: 'domain_interface_stats',
  program: 0x20008086,
  version: 1,
  number: 65,
  high: true,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.device, 'device');
    },
    read: (r) => ({
      dom: readDomain(r),
      device: r.str('device'),
    }),
  },
  result: {
    write: (w, v) => {
      w.i64(v.rxBytes, 'rxBytes');
      w.i64(v.rxPackets, 'rxPackets');
      w.i64(v.rxErrs, 'rxErrs');
      w.i64(v.rxDrop, 'rxDrop');
      w.i64(v.txBytes, 'txBytes');
      w.i64(v.txPackets, 'txPackets');
      w.i64(v.txErrs, 'txErrs');
      w.i64(v.txDrop, 'txDrop');
    },
    read: (r) => ({
      rxBytes: r.i64('rxBytes'),
      rxPackets: r.i64('rxPackets'),
      rxErrs: r.i64('rxErrs'),
      rxDrop: r.i64('rxDrop'),
      txBytes: r.i64('txBytes'),
      txPackets: r.i64('txPackets'),
      txErrs: r.i64('txErrs'),
      txDrop: r.i64('txDrop'),
    }),
  },
};

/** Since libvirt 1.2.14. */
export const domainInterfaceAddresses: Procedure<{ readonly dom: Domain; readonly source: number; readonly flags: number }, { readonly ifaces: readonly DomainInterface[] }> = {
  name: 'domain_interface_addresses',
  program: 0x20008086,
  version: 1,
  number: 353,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.source, 'source');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      source: r.u32('source'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.ifaces, 'ifaces', 2048, writeDomainInterface);
    },
    read: (r) => ({
      ifaces: r.list('ifaces', 2048, readDomainInterface),
    }),
  },
};

/** Since libvirt 0.7.5. */
export const domainMemoryStats: Procedure<{ readonly dom: Domain; readonly maxStats: number; readonly flags: number }, { readonly stats: readonly DomainMemoryStat[] }> = {
  name: 'domain_memory_stats',
  program: 0x20008086,
  version: 1,
  number: 159,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.maxStats, 'maxStats');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      maxStats: r.u32('maxStats'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.stats, 'stats', 1024, writeDomainMemoryStat);
    },
    read: (r) => ({
      stats: r.list('stats', 1024, readDomainMemoryStat),
    }),
  },
};

/** Since libvirt 0.9.10. */
export const domainGetCpuStats: Procedure<{ readonly dom: Domain; readonly nparams: number; readonly startCpu: number; readonly ncpus: number; readonly flags: number }, { readonly params: readonly TypedParam[]; readonly nparams: number }> = {
  name: 'domain_get_cpu_stats',
  program: 0x20008086,
  version: 1,
  number: 262,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.nparams, 'nparams');
      w.i32(v.startCpu, 'startCpu');
      w.u32(v.ncpus, 'ncpus');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      nparams: r.u32('nparams'),
      startCpu: r.i32('startCpu'),
      ncpus: r.u32('ncpus'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.params, 'params', 2048, writeTypedParam);
      w.i32(v.nparams, 'nparams');
    },
    read: (r) => ({
      params: r.list('params', 2048, readTypedParam),
      nparams: r.i32('nparams'),
    }),
  },
};

/** Since libvirt 0.1.4. */
export const domainGetVcpus: Procedure<{ readonly dom: Domain; readonly maxinfo: number; readonly maplen: number }, { readonly info: readonly VcpuInfo[]; readonly cpumaps: Uint8Array }> = {
  name: 'domain_get_vcpus',
  program: 0x20008086,
  version: 1,
  number: 20,
  high: true,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.i32(v.maxinfo, 'maxinfo');
      w.i32(v.maplen, 'maplen');
    },
    read: (r) => ({
      dom: readDomain(r),
      maxinfo: r.i32('maxinfo'),
      maplen: r.i32('maplen'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.info, 'info', 16384, writeVcpuInfo);
      w.bytesOf(v.cpumaps, 'cpumaps', 8388608);
    },
    read: (r) => ({
      info: r.list('info', 16384, readVcpuInfo),
      cpumaps: r.bytesOf('cpumaps', 8388608),
    }),
  },
};

/** Since libvirt 0.9.3. */
export const domainGetVcpuPinInfo: Procedure<{ readonly dom: Domain; readonly ncpumaps: number; readonly maplen: number; readonly flags: number }, { readonly cpumaps: Uint8Array; readonly num: number }> = {
  name: 'domain_get_vcpu_pin_info',
  program: 0x20008086,
  version: 1,
  number: 230,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.i32(v.ncpumaps, 'ncpumaps');
      w.i32(v.maplen, 'maplen');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      ncpumaps: r.i32('ncpumaps'),
      maplen: r.i32('maplen'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.bytesOf(v.cpumaps, 'cpumaps', 8388608);
      w.i32(v.num, 'num');
    },
    read: (r) => ({
      cpumaps: r.bytesOf('cpumaps', 8388608),
      num: r.i32('num'),
    }),
  },
};

/** Since libvirt 1.2.11. */
export const domainGetFsinfo: Procedure<{ readonly dom: Domain; readonly flags: number }, { readonly info: readonly DomainFsinfo[]; readonly ret: number }> = {
  name: 'domain_get_fsinfo',
  program: 0x20008086,
  version: 1,
  number: 349,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.info, 'info', 256, writeDomainFsinfo);
      w.u32(v.ret, 'ret');
    },
    read: (r) => ({
      info: r.list('info', 256, readDomainFsinfo),
      ret: r.u32('ret'),
    }),
  },
};

/** Since libvirt 5.7.0. */
export const domainGetGuestInfo: Procedure<{ readonly dom: Domain; readonly types: number; readonly flags: number }, { readonly params: readonly TypedParam[] }> = {
  name: 'domain_get_guest_info',
  program: 0x20008086,
  version: 1,
  number: 418,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.types, 'types');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      types: r.u32('types'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.params, 'params', 2048, writeTypedParam);
    },
    read: (r) => ({
      params: r.list('params', 2048, readTypedParam),
    }),
  },
};

/** Since libvirt 0.9.10. */
export const domainGetDiskErrors: Procedure<{ readonly dom: Domain; readonly maxerrors: number; readonly flags: number }, { readonly errors: readonly DomainDiskError[]; readonly nerrors: number }> = {
  name: 'domain_get_disk_errors',
  program: 0x20008086,
  version: 1,
  number: 263,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.maxerrors, 'maxerrors');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      maxerrors: r.u32('maxerrors'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.errors, 'errors', 256, writeDomainDiskError);
      w.i32(v.nerrors, 'nerrors');
    },
    read: (r) => ({
      errors: r.list('errors', 256, readDomainDiskError),
      nerrors: r.i32('nerrors'),
    }),
  },
};

/** Since libvirt 1.2.8. */
export const connectGetAllDomainStats: Procedure<{ readonly doms: readonly Domain[]; readonly stats: number; readonly flags: number }, { readonly retStats: readonly DomainStatsRecord[] }> = {
  name: 'connect_get_all_domain_stats',
  program: 0x20008086,
  version: 1,
  number: 344,
  high: false,
  args: {
    write: (w, v) => {
      w.list(v.doms, 'doms', 16384, writeDomain);
      w.u32(v.stats, 'stats');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      doms: r.list('doms', 16384, readDomain),
      stats: r.u32('stats'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.retStats, 'retStats', 16384, writeDomainStatsRecord);
    },
    read: (r) => ({
      retStats: r.list('retStats', 16384, readDomainStatsRecord),
    }),
  },
};

/** Since libvirt 0.9.10. */
export const domainGetMetadata: Procedure<{ readonly dom: Domain; readonly type: number; readonly uri: string | null; readonly flags: number }, { readonly metadata: string }> = {
  name: 'domain_get_metadata',
  program: 0x20008086,
  version: 1,
  number: 265,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.i32(v.type, 'type');
      if (w.present(v.uri, 'uri')) w.str(v.uri, 'uri');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      type: r.i32('type'),
      uri: r.bool('uri') ? r.str('uri') : null,
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.metadata, 'metadata');
    },
    read: (r) => ({
      metadata: r.str('metadata'),
    }),
  },
};

/** Since libvirt 0.9.10. */
export const domainSetMetadata: Procedure<{ readonly dom: Domain; readonly type: number; readonly metadata: string | null; readonly key: string | null; readonly uri: string | null; readonly flags: number }, void> = {
  name: 'domain_set_metadata',
  program: 0x20008086,
  version: 1,
  number: 264,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.i32(v.type, 'type');
      if (w.present(v.metadata, 'metadata')) w.str(v.metadata, 'metadata');
      if (w.present(v.key, 'key')) w.str(v.key, 'key');
      if (w.present(v.uri, 'uri')) w.str(v.uri, 'uri');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      type: r.i32('type'),
      metadata: r.bool('metadata') ? r.str('metadata') : null,
      key: r.bool('key') ? r.str('key') : null,
      uri: r.bool('uri') ? r.str('uri') : null,
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.7.7. */
export const domainAttachDeviceFlags: Procedure<{ readonly dom: Domain; readonly xml: string; readonly flags: number }, void> = {
  name: 'domain_attach_device_flags',
  program: 0x20008086,
  version: 1,
  number: 160,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.xml, 'xml');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      xml: r.str('xml'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.7.7. */
export const domainDetachDeviceFlags: Procedure<{ readonly dom: Domain; readonly xml: string; readonly flags: number }, void> = {
  name: 'domain_detach_device_flags',
  program: 0x20008086,
  version: 1,
  number: 161,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.xml, 'xml');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      xml: r.str('xml'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 4.4.0. */
export const domainDetachDeviceAlias: Procedure<{ readonly dom: Domain; readonly alias: string; readonly flags: number }, void> = {
  name: 'domain_detach_device_alias',
  program: 0x20008086,
  version: 1,
  number: 392,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.alias, 'alias');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      alias: r.str('alias'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.8.0. */
export const domainUpdateDeviceFlags: Procedure<{ readonly dom: Domain; readonly xml: string; readonly flags: number }, void> = {
  name: 'domain_update_device_flags',
  program: 0x20008086,
  version: 1,
  number: 174,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.xml, 'xml');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      xml: r.str('xml'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.8.5. */
export const domainSetVcpusFlags: Procedure<{ readonly dom: Domain; readonly nvcpus: number; readonly flags: number }, void> = {
  name: 'domain_set_vcpus_flags',
  program: 0x20008086,
  version: 1,
  number: 199,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.nvcpus, 'nvcpus');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      nvcpus: r.u32('nvcpus'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.8.5. */
export const domainGetVcpusFlags: Procedure<{ readonly dom: Domain; readonly flags: number }, { readonly num: number }> = {
  name: 'domain_get_vcpus_flags',
  program: 0x20008086,
  version: 1,
  number: 200,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.num, 'num');
    },
    read: (r) => ({
      num: r.i32('num'),
    }),
  },
};

/** Since libvirt 0.9.3. */
export const domainPinVcpuFlags: Procedure<{ readonly dom: Domain; readonly vcpu: number; readonly cpumap: Uint8Array; readonly flags: number }, void> = {
  name: 'domain_pin_vcpu_flags',
  program: 0x20008086,
  version: 1,
  number: 225,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.vcpu, 'vcpu');
      w.bytesOf(v.cpumap, 'cpumap', 2048);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      vcpu: r.u32('vcpu'),
      cpumap: r.bytesOf('cpumap', 2048),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.10.0. */
export const domainPinEmulator: Procedure<{ readonly dom: Domain; readonly cpumap: Uint8Array; readonly flags: number }, void> = {
  name: 'domain_pin_emulator',
  program: 0x20008086,
  version: 1,
  number: 279,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.bytesOf(v.cpumap, 'cpumap', 2048);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      cpumap: r.bytesOf('cpumap', 2048),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.0. */
export const domainSetMemoryFlags: Procedure<{ readonly dom: Domain; readonly memory: bigint; readonly flags: number }, void> = {
  name: 'domain_set_memory_flags',
  program: 0x20008086,
  version: 1,
  number: 204,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u64(v.memory, 'memory');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      memory: r.u64('memory'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 1.1.1. */
export const domainSetMemoryStatsPeriod: Procedure<{ readonly dom: Domain; readonly period: number; readonly flags: number }, void> = {
  name: 'domain_set_memory_stats_period',
  program: 0x20008086,
  version: 1,
  number: 308,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.i32(v.period, 'period');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      period: r.i32('period'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.8. */
export const domainSetBlockIoTune: Procedure<{ readonly dom: Domain; readonly disk: string; readonly params: readonly TypedParam[]; readonly flags: number }, void> = {
  name: 'domain_set_block_io_tune',
  program: 0x20008086,
  version: 1,
  number: 252,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.disk, 'disk');
      w.list(v.params, 'params', 32, writeTypedParam);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      disk: r.str('disk'),
      params: r.list('params', 32, readTypedParam),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.8. */
export const domainGetBlockIoTune: Procedure<{ readonly dom: Domain; readonly disk: string | null; readonly nparams: number; readonly flags: number }, { readonly params: readonly TypedParam[]; readonly nparams: number }> = {
  name: 'domain_get_block_io_tune',
  program: 0x20008086,
  version: 1,
  number: 253,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      if (w.present(v.disk, 'disk')) w.str(v.disk, 'disk');
      w.i32(v.nparams, 'nparams');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      disk: r.bool('disk') ? r.str('disk') : null,
      nparams: r.i32('nparams'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.params, 'params', 32, writeTypedParam);
      w.i32(v.nparams, 'nparams');
    },
    read: (r) => ({
      params: r.list('params', 32, readTypedParam),
      nparams: r.i32('nparams'),
    }),
  },
};

/** Since libvirt 0.9.9. */
export const domainSetInterfaceParameters: Procedure<{ readonly dom: Domain; readonly device: string; readonly params: readonly TypedParam[]; readonly flags: number }, void> = {
  name: 'domain_set_interface_parameters',
  program: 0x20008086,
  version: 1,
  number: 256,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.device, 'device');
      w.list(v.params, 'params', 16, writeTypedParam);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      device: r.str('device'),
      params: r.list('params', 16, readTypedParam),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.9. */
export const domainGetInterfaceParameters: Procedure<{ readonly dom: Domain; readonly device: string; readonly nparams: number; readonly flags: number }, { readonly params: readonly TypedParam[]; readonly nparams: number }> = {
  name: 'domain_get_interface_parameters',
  program: 0x20008086,
  version: 1,
  number: 257,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.device, 'device');
      w.i32(v.nparams, 'nparams');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      device: r.str('device'),
      nparams: r.i32('nparams'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.params, 'params', 16, writeTypedParam);
      w.i32(v.nparams, 'nparams');
    },
    read: (r) => ({
      params: r.list('params', 16, readTypedParam),
      nparams: r.i32('nparams'),
    }),
  },
};

/** Since libvirt 0.9.2. */
export const domainSetSchedulerParametersFlags: Procedure<{ readonly dom: Domain; readonly params: readonly TypedParam[]; readonly flags: number }, void> = {
  name: 'domain_set_scheduler_parameters_flags',
  program: 0x20008086,
  version: 1,
  number: 219,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.list(v.params, 'params', 16, writeTypedParam);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      params: r.list('params', 16, readTypedParam),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.9. */
export const domainSetNumaParameters: Procedure<{ readonly dom: Domain; readonly params: readonly TypedParam[]; readonly flags: number }, void> = {
  name: 'domain_set_numa_parameters',
  program: 0x20008086,
  version: 1,
  number: 254,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.list(v.params, 'params', 16, writeTypedParam);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      params: r.list('params', 16, readTypedParam),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.0. */
export const domainSetBlkioParameters: Procedure<{ readonly dom: Domain; readonly params: readonly TypedParam[]; readonly flags: number }, void> = {
  name: 'domain_set_blkio_parameters',
  program: 0x20008086,
  version: 1,
  number: 205,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.list(v.params, 'params', 16, writeTypedParam);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      params: r.list('params', 16, readTypedParam),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 4.10.0. */
export const domainSetIothreadParams: Procedure<{ readonly dom: Domain; readonly iothreadId: number; readonly params: readonly TypedParam[]; readonly flags: number }, void> = {
  name: 'domain_set_iothread_params',
  program: 0x20008086,
  version: 1,
  number: 402,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.iothreadId, 'iothreadId');
      w.list(v.params, 'params', 64, writeTypedParam);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      iothreadId: r.u32('iothreadId'),
      params: r.list('params', 64, readTypedParam),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.8. */
export const domainBlockResize: Procedure<{ readonly dom: Domain; readonly disk: string; readonly size: bigint; readonly flags: number }, void> = {
  name: 'domain_block_resize',
  program: 0x20008086,
  version: 1,
  number: 251,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.disk, 'disk');
      w.u64(v.size, 'size');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      disk: r.str('disk'),
      size: r.u64('size'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 3.1.0. */
export const domainSetBlockThreshold: Procedure<{ readonly dom: Domain; readonly dev: string; readonly threshold: bigint; readonly flags: number }, void> = {
  name: 'domain_set_block_threshold',
  program: 0x20008086,
  version: 1,
  number: 386,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.dev, 'dev');
      w.u64(v.threshold, 'threshold');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      dev: r.str('dev'),
      threshold: r.u64('threshold'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.10.2. */
export const domainBlockCommit: Procedure<{ readonly dom: Domain; readonly disk: string; readonly base: string | null; readonly top: string | null; readonly bandwidth: bigint; readonly flags: number }, void> = {
  name: 'domain_block_commit',
  program: 0x20008086,
  version: 1,
  number: 290,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.disk, 'disk');
      if (w.present(v.base, 'base')) w.str(v.base, 'base');
      if (w.present(v.top, 'top')) w.str(v.top, 'top');
      w.u64(v.bandwidth, 'bandwidth');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      disk: r.str('disk'),
      base: r.bool('base') ? r.str('base') : null,
      top: r.bool('top') ? r.str('top') : null,
      bandwidth: r.u64('bandwidth'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 1.2.8. */
export const domainBlockCopy: Procedure<{ readonly dom: Domain; readonly path: string; readonly destxml: string; readonly params: readonly TypedParam[]; readonly flags: number }, void> = {
  name: 'domain_block_copy',
  program: 0x20008086,
  version: 1,
  number: 345,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.path, 'path');
      w.str(v.destxml, 'destxml');
      w.list(v.params, 'params', 16, writeTypedParam);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      path: r.str('path'),
      destxml: r.str('destxml'),
      params: r.list('params', 16, readTypedParam),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.10. */
export const domainBlockRebase: Procedure<{ readonly dom: Domain; readonly path: string; readonly base: string | null; readonly bandwidth: bigint; readonly flags: number }, void> = {
  name: 'domain_block_rebase',
  program: 0x20008086,
  version: 1,
  number: 266,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.path, 'path');
      if (w.present(v.base, 'base')) w.str(v.base, 'base');
      w.u64(v.bandwidth, 'bandwidth');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      path: r.str('path'),
      base: r.bool('base') ? r.str('base') : null,
      bandwidth: r.u64('bandwidth'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.4. */
export const domainBlockPull: Procedure<{ readonly dom: Domain; readonly path: string; readonly bandwidth: bigint; readonly flags: number }, void> = {
  name: 'domain_block_pull',
  program: 0x20008086,
  version: 1,
  number: 240,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.path, 'path');
      w.u64(v.bandwidth, 'bandwidth');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      path: r.str('path'),
      bandwidth: r.u64('bandwidth'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.4. */
export const domainGetBlockJobInfo: Procedure<{ readonly dom: Domain; readonly path: string; readonly flags: number }, { readonly found: boolean; readonly type: number; readonly bandwidth: bigint; readonly cur: bigint; readonly end: bigint }> = {
  name: 'domain_get_block_job_info',
  program: 0x20008086,
  version: 1,
  number: 238,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.path, 'path');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      path: r.str('path'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.bool(v.found, 'found');
      w.i32(v.type, 'type');
      w.u64(v.bandwidth, 'bandwidth');
      w.u64(v.cur, 'cur');
      w.u64(v.end, 'end');
    },
    read: (r) => ({
      found: r.bool('found'),
      type: r.i32('type'),
      bandwidth: r.u64('bandwidth'),
      cur: r.u64('cur'),
      end: r.u64('end'),
    }),
  },
};

/** Since libvirt 0.9.4. */
export const domainBlockJobAbort: Procedure<{ readonly dom: Domain; readonly path: string; readonly flags: number }, void> = {
  name: 'domain_block_job_abort',
  program: 0x20008086,
  version: 1,
  number: 237,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.path, 'path');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      path: r.str('path'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.4. */
export const domainBlockJobSetSpeed: Procedure<{ readonly dom: Domain; readonly path: string; readonly bandwidth: bigint; readonly flags: number }, void> = {
  name: 'domain_block_job_set_speed',
  program: 0x20008086,
  version: 1,
  number: 239,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.path, 'path');
      w.u64(v.bandwidth, 'bandwidth');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      path: r.str('path'),
      bandwidth: r.u64('bandwidth'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.8.0. */
export const domainSnapshotCreateXml: Procedure<{ readonly dom: Domain; readonly xmlDesc: string; readonly flags: number }, { readonly snap: DomainSnapshot }> = {
  name: 'domain_snapshot_create_xml',
  program: 0x20008086,
  version: 1,
  number: 185,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.xmlDesc, 'xmlDesc');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      xmlDesc: r.str('xmlDesc'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      writeDomainSnapshot(w, v.snap);
    },
    read: (r) => ({
      snap: readDomainSnapshot(r),
    }),
  },
};

/** Since libvirt 0.8.0. */
export const domainSnapshotDelete: Procedure<{ readonly snap: DomainSnapshot; readonly flags: number }, void> = {
  name: 'domain_snapshot_delete',
  program: 0x20008086,
  version: 1,
  number: 193,
  high: false,
  args: {
    write: (w, v) => {
      writeDomainSnapshot(w, v.snap);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      snap: readDomainSnapshot(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.8.0. */
export const domainSnapshotLookupByName: Procedure<{ readonly dom: Domain; readonly name: string; readonly flags: number }, { readonly snap: DomainSnapshot }> = {
  name: 'domain_snapshot_lookup_by_name',
  program: 0x20008086,
  version: 1,
  number: 189,
  high: true,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.name, 'name');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      name: r.str('name'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      writeDomainSnapshot(w, v.snap);
    },
    read: (r) => ({
      snap: readDomainSnapshot(r),
    }),
  },
};

/** Since libvirt 0.9.13. */
export const domainListAllSnapshots: Procedure<{ readonly dom: Domain; readonly needResults: boolean; readonly flags: number }, { readonly snapshots: readonly DomainSnapshot[]; readonly ret: number }> = {
  name: 'domain_list_all_snapshots',
  program: 0x20008086,
  version: 1,
  number: 274,
  high: true,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.bool(v.needResults, 'needResults');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      needResults: r.bool('needResults'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.snapshots, 'snapshots', 16384, writeDomainSnapshot);
      w.i32(v.ret, 'ret');
    },
    read: (r) => ({
      snapshots: r.list('snapshots', 16384, readDomainSnapshot),
      ret: r.i32('ret'),
    }),
  },
};

/** Since libvirt 0.8.0. */
export const domainSnapshotGetXmlDesc: Procedure<{ readonly snap: DomainSnapshot; readonly flags: number }, { readonly xml: string }> = {
  name: 'domain_snapshot_get_xml_desc',
  program: 0x20008086,
  version: 1,
  number: 186,
  high: true,
  args: {
    write: (w, v) => {
      writeDomainSnapshot(w, v.snap);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      snap: readDomainSnapshot(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
    },
    read: (r) => ({
      xml: r.str('xml'),
    }),
  },
};

/** Since libvirt 0.8.0. */
export const domainRevertToSnapshot: Procedure<{ readonly snap: DomainSnapshot; readonly flags: number }, void> = {
  name: 'domain_revert_to_snapshot',
  program: 0x20008086,
  version: 1,
  number: 192,
  high: false,
  args: {
    write: (w, v) => {
      writeDomainSnapshot(w, v.snap);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      snap: readDomainSnapshot(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 6.0.0. */
export const domainBackupBegin: Procedure<{ readonly dom: Domain; readonly backupXml: string; readonly checkpointXml: string | null; readonly flags: number }, void> = {
  name: 'domain_backup_begin',
  program: 0x20008086,
  version: 1,
  number: 421,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.backupXml, 'backupXml');
      if (w.present(v.checkpointXml, 'checkpointXml')) w.str(v.checkpointXml, 'checkpointXml');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      backupXml: r.str('backupXml'),
      checkpointXml: r.bool('checkpointXml') ? r.str('checkpointXml') : null,
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 6.0.0. */
export const domainBackupGetXmlDesc: Procedure<{ readonly dom: Domain; readonly flags: number }, { readonly xml: string }> = {
  name: 'domain_backup_get_xml_desc',
  program: 0x20008086,
  version: 1,
  number: 422,
  high: true,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
    },
    read: (r) => ({
      xml: r.str('xml'),
    }),
  },
};

/** Since libvirt 5.6.0. */
export const domainCheckpointCreateXml: Procedure<{ readonly dom: Domain; readonly xmlDesc: string; readonly flags: number }, { readonly checkpoint: DomainCheckpoint }> = {
  name: 'domain_checkpoint_create_xml',
  program: 0x20008086,
  version: 1,
  number: 411,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.xmlDesc, 'xmlDesc');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      xmlDesc: r.str('xmlDesc'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      writeDomainCheckpoint(w, v.checkpoint);
    },
    read: (r) => ({
      checkpoint: readDomainCheckpoint(r),
    }),
  },
};

/** Since libvirt 5.6.0. */
export const domainCheckpointDelete: Procedure<{ readonly checkpoint: DomainCheckpoint; readonly flags: number }, void> = {
  name: 'domain_checkpoint_delete',
  program: 0x20008086,
  version: 1,
  number: 417,
  high: false,
  args: {
    write: (w, v) => {
      writeDomainCheckpoint(w, v.checkpoint);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      checkpoint: readDomainCheckpoint(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Has no public call. */
export const domainMigratePerform3Params: Procedure<{ readonly dom: Domain; readonly dconnuri: string | null; readonly params: readonly TypedParam[]; readonly cookieIn: Uint8Array; readonly flags: number }, { readonly cookieOut: Uint8Array }> = {
  name: 'domain_migrate_perform3_params',
  program: 0x20008086,
  version: 1,
  number: 305,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      if (w.present(v.dconnuri, 'dconnuri')) w.str(v.dconnuri, 'dconnuri');
      w.list(v.params, 'params', 64, writeTypedParam);
      w.bytesOf(v.cookieIn, 'cookieIn', 4194304);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      dconnuri: r.bool('dconnuri') ? r.str('dconnuri') : null,
      params: r.list('params', 64, readTypedParam),
      cookieIn: r.bytesOf('cookieIn', 4194304),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.bytesOf(v.cookieOut, 'cookieOut', 4194304);
    },
    read: (r) => ({
      cookieOut: r.bytesOf('cookieOut', 4194304),
    }),
  },
};

/** Has no public call. */
export const domainMigratePerform3: Procedure<{ readonly dom: Domain; readonly xmlin: string | null; readonly cookieIn: Uint8Array; readonly dconnuri: string | null; readonly uri: string | null; readonly flags: bigint; readonly dname: string | null; readonly resource: bigint }, { readonly cookieOut: Uint8Array }> = {
  name: 'domain_migrate_perform3',
  program: 0x20008086,
  version: 1,
  number: 216,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      if (w.present(v.xmlin, 'xmlin')) w.str(v.xmlin, 'xmlin');
      w.bytesOf(v.cookieIn, 'cookieIn', 4194304);
      if (w.present(v.dconnuri, 'dconnuri')) w.str(v.dconnuri, 'dconnuri');
      if (w.present(v.uri, 'uri')) w.str(v.uri, 'uri');
      w.u64(v.flags, 'flags');
      if (w.present(v.dname, 'dname')) w.str(v.dname, 'dname');
      w.u64(v.resource, 'resource');
    },
    read: (r) => ({
      dom: readDomain(r),
      xmlin: r.bool('xmlin') ? r.str('xmlin') : null,
      cookieIn: r.bytesOf('cookieIn', 4194304),
      dconnuri: r.bool('dconnuri') ? r.str('dconnuri') : null,
      uri: r.bool('uri') ? r.str('uri') : null,
      flags: r.u64('flags'),
      dname: r.bool('dname') ? r.str('dname') : null,
      resource: r.u64('resource'),
    }),
  },
  result: {
    write: (w, v) => {
      w.bytesOf(v.cookieOut, 'cookieOut', 4194304);
    },
    read: (r) => ({
      cookieOut: r.bytesOf('cookieOut', 4194304),
    }),
  },
};

/** Since libvirt 0.8.0. */
export const domainMigrateSetMaxDowntime: Procedure<{ readonly dom: Domain; readonly downtime: bigint; readonly flags: number }, void> = {
  name: 'domain_migrate_set_max_downtime',
  program: 0x20008086,
  version: 1,
  number: 166,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u64(v.downtime, 'downtime');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      downtime: r.u64('downtime'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 3.7.0. */
export const domainMigrateGetMaxDowntime: Procedure<{ readonly dom: Domain; readonly flags: number }, { readonly downtime: bigint }> = {
  name: 'domain_migrate_get_max_downtime',
  program: 0x20008086,
  version: 1,
  number: 387,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.u64(v.downtime, 'downtime');
    },
    read: (r) => ({
      downtime: r.u64('downtime'),
    }),
  },
};

/** Since libvirt 0.9.0. */
export const domainMigrateSetMaxSpeed: Procedure<{ readonly dom: Domain; readonly bandwidth: bigint; readonly flags: number }, void> = {
  name: 'domain_migrate_set_max_speed',
  program: 0x20008086,
  version: 1,
  number: 207,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u64(v.bandwidth, 'bandwidth');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      bandwidth: r.u64('bandwidth'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.5. */
export const domainMigrateGetMaxSpeed: Procedure<{ readonly dom: Domain; readonly flags: number }, { readonly bandwidth: bigint }> = {
  name: 'domain_migrate_get_max_speed',
  program: 0x20008086,
  version: 1,
  number: 242,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.u64(v.bandwidth, 'bandwidth');
    },
    read: (r) => ({
      bandwidth: r.u64('bandwidth'),
    }),
  },
};

/** Since libvirt 1.0.3. */
export const domainMigrateSetCompressionCache: Procedure<{ readonly dom: Domain; readonly cacheSize: bigint; readonly flags: number }, void> = {
  name: 'domain_migrate_set_compression_cache',
  program: 0x20008086,
  version: 1,
  number: 300,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u64(v.cacheSize, 'cacheSize');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      cacheSize: r.u64('cacheSize'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 1.3.3. */
export const domainMigrateStartPostCopy: Procedure<{ readonly dom: Domain; readonly flags: number }, void> = {
  name: 'domain_migrate_start_post_copy',
  program: 0x20008086,
  version: 1,
  number: 364,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.7.7. */
export const domainGetJobInfo: Procedure<{ readonly dom: Domain }, { readonly type: number; readonly timeElapsed: bigint; readonly timeRemaining: bigint; readonly dataTotal: bigint; readonly dataProcessed: bigint; readonly dataRemaining: bigint; readonly memTotal: bigint; readonly memProcessed: bigint; readonly memRemaining: bigint; readonly fileTotal: bigint; readonly fileProcessed: bigint; readonly fileRemaining: bigint }> = {
  name: 'domain_get_job_info',
  program: 0x20008086,
  version: 1,
  number: 163,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      dom: readDomain(r),
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.type, 'type');
      w.u64(v.timeElapsed, 'timeElapsed');
      w.u64(v.timeRemaining, 'timeRemaining');
      w.u64(v.dataTotal, 'dataTotal');
      w.u64(v.dataProcessed, 'dataProcessed');
      w.u64(v.dataRemaining, 'dataRemaining');
      w.u64(v.memTotal, 'memTotal');
      w.u64(v.memProcessed, 'memProcessed');
      w.u64(v.memRemaining, 'memRemaining');
      w.u64(v.fileTotal, 'fileTotal');
      w.u64(v.fileProcessed, 'fileProcessed');
      w.u64(v.fileRemaining, 'fileRemaining');
    },
    read: (r) => ({
      type: r.i32('type'),
      timeElapsed: r.u64('timeElapsed'),
      timeRemaining: r.u64('timeRemaining'),
      dataTotal: r.u64('dataTotal'),
      dataProcessed: r.u64('dataProcessed'),
      dataRemaining: r.u64('dataRemaining'),
      memTotal: r.u64('memTotal'),
      memProcessed: r.u64('memProcessed'),
      memRemaining: r.u64('memRemaining'),
      fileTotal: r.u64('fileTotal'),
      fileProcessed: r.u64('fileProcessed'),
      fileRemaining: r.u64('fileRemaining'),
    }),
  },
};

/** Since libvirt 1.0.3. */
export const domainGetJobStats: Procedure<{ readonly dom: Domain; readonly flags: number }, { readonly type: number; readonly params: readonly TypedParam[] }> = {
  name: 'domain_get_job_stats',
  program: 0x20008086,
  version: 1,
  number: 298,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.type, 'type');
      w.list(v.params, 'params', 64, writeTypedParam);
    },
    read: (r) => ({
      type: r.i32('type'),
      params: r.list('params', 64, readTypedParam),
    }),
  },
};

/** Since libvirt 0.7.7. */
export const domainAbortJob: Procedure<{ readonly dom: Domain }, void> = {
  name: 'domain_abort_job',
  program: 0x20008086,
  version: 1,
  number: 164,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      dom: readDomain(r),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 8.5.0. */
export const domainAbortJobFlags: Procedure<{ readonly dom: Domain; readonly flags: number }, void> = {
  name: 'domain_abort_job_flags',
  program: 0x20008086,
  version: 1,
  number: 442,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 1.2.16. */
export const domainSetUserPassword: Procedure<{ readonly dom: Domain; readonly user: string | null; readonly password: string | null; readonly flags: number }, void> = {
  name: 'domain_set_user_password',
  program: 0x20008086,
  version: 1,
  number: 357,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      if (w.present(v.user, 'user')) w.str(v.user, 'user');
      if (w.present(v.password, 'password')) w.str(v.password, 'password');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      user: r.bool('user') ? r.str('user') : null,
      password: r.bool('password') ? r.str('password') : null,
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 1.2.5. */
export const domainFsfreeze: Procedure<{ readonly dom: Domain; readonly mountpoints: readonly string[]; readonly flags: number }, { readonly filesystems: number }> = {
  name: 'domain_fsfreeze',
  program: 0x20008086,
  version: 1,
  number: 335,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.list(v.mountpoints, 'mountpoints', 256, (x, item) => x.str(item, 'mountpoints'));
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      mountpoints: r.list('mountpoints', 256, (x) => x.str('mountpoints')),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.filesystems, 'filesystems');
    },
    read: (r) => ({
      filesystems: r.i32('filesystems'),
    }),
  },
};

/** Since libvirt 1.2.5. */
export const domainFsthaw: Procedure<{ readonly dom: Domain; readonly mountpoints: readonly string[]; readonly flags: number }, { readonly filesystems: number }> = {
  name: 'domain_fsthaw',
  program: 0x20008086,
  version: 1,
  number: 336,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.list(v.mountpoints, 'mountpoints', 256, (x, item) => x.str(item, 'mountpoints'));
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      mountpoints: r.list('mountpoints', 256, (x) => x.str('mountpoints')),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.filesystems, 'filesystems');
    },
    read: (r) => ({
      filesystems: r.i32('filesystems'),
    }),
  },
};

/** Since libvirt 1.0.1. */
export const domainFstrim: Procedure<{ readonly dom: Domain; readonly mountPoint: string | null; readonly minimum: bigint; readonly flags: number }, void> = {
  name: 'domain_fstrim',
  program: 0x20008086,
  version: 1,
  number: 294,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      if (w.present(v.mountPoint, 'mountPoint')) w.str(v.mountPoint, 'mountPoint');
      w.u64(v.minimum, 'minimum');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      mountPoint: r.bool('mountPoint') ? r.str('mountPoint') : null,
      minimum: r.u64('minimum'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 1.2.5. */
export const domainGetTime: Procedure<{ readonly dom: Domain; readonly flags: number }, { readonly seconds: bigint; readonly nseconds: number }> = {
  name: 'domain_get_time',
  program: 0x20008086,
  version: 1,
  number: 337,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.i64(v.seconds, 'seconds');
      w.u32(v.nseconds, 'nseconds');
    },
    read: (r) => ({
      seconds: r.i64('seconds'),
      nseconds: r.u32('nseconds'),
    }),
  },
};

/** Since libvirt 1.2.5. */
export const domainSetTime: Procedure<{ readonly dom: Domain; readonly seconds: bigint; readonly nseconds: number; readonly flags: number }, void> = {
  name: 'domain_set_time',
  program: 0x20008086,
  version: 1,
  number: 338,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.i64(v.seconds, 'seconds');
      w.u32(v.nseconds, 'nseconds');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      seconds: r.i64('seconds'),
      nseconds: r.u32('nseconds'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.3. */
export const domainSendKey: Procedure<{ readonly dom: Domain; readonly codeset: number; readonly holdtime: number; readonly keycodes: readonly number[]; readonly flags: number }, void> = {
  name: 'domain_send_key',
  program: 0x20008086,
  version: 1,
  number: 226,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.codeset, 'codeset');
      w.u32(v.holdtime, 'holdtime');
      w.list(v.keycodes, 'keycodes', 16, (x, item) => x.u32(item, 'keycodes'));
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      codeset: r.u32('codeset'),
      holdtime: r.u32('holdtime'),
      keycodes: r.list('keycodes', 16, (x) => x.u32('keycodes')),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.10.0. */
export const domainGetHostname: Procedure<{ readonly dom: Domain; readonly flags: number }, { readonly hostname: string }> = {
  name: 'domain_get_hostname',
  program: 0x20008086,
  version: 1,
  number: 277,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.hostname, 'hostname');
    },
    read: (r) => ({
      hostname: r.str('hostname'),
    }),
  },
};

/** Since libvirt 2.0.0. */
export const domainSetGuestVcpus: Procedure<{ readonly dom: Domain; readonly cpumap: string; readonly state: number; readonly flags: number }, void> = {
  name: 'domain_set_guest_vcpus',
  program: 0x20008086,
  version: 1,
  number: 372,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.cpumap, 'cpumap');
      w.i32(v.state, 'state');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      cpumap: r.str('cpumap'),
      state: r.i32('state'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 6.10.0. */
export const domainAuthorizedSshKeysSet: Procedure<{ readonly dom: Domain; readonly user: string; readonly keys: readonly string[]; readonly flags: number }, void> = {
  name: 'domain_authorized_ssh_keys_set',
  program: 0x20008086,
  version: 1,
  number: 425,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.user, 'user');
      w.list(v.keys, 'keys', 2048, (x, item) => x.str(item, 'keys'));
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      user: r.str('user'),
      keys: r.list('keys', 2048, (x) => x.str('keys')),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 6.10.0. */
export const domainAuthorizedSshKeysGet: Procedure<{ readonly dom: Domain; readonly user: string; readonly flags: number }, { readonly keys: readonly string[] }> = {
  name: 'domain_authorized_ssh_keys_get',
  program: 0x20008086,
  version: 1,
  number: 424,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.user, 'user');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      user: r.str('user'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.keys, 'keys', 2048, (x, item) => x.str(item, 'keys'));
    },
    read: (r) => ({
      keys: r.list('keys', 2048, (x) => x.str('keys')),
    }),
  },
};

/** Since libvirt 0.8.6. */
export const domainOpenConsole: Procedure<{ readonly dom: Domain; readonly devName: string | null; readonly flags: number }, void> = {
  name: 'domain_open_console',
  program: 0x20008086,
  version: 1,
  number: 201,
  high: false,
  stream: 'both',
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      if (w.present(v.devName, 'devName')) w.str(v.devName, 'devName');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      devName: r.bool('devName') ? r.str('devName') : null,
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 1.0.2. */
export const domainOpenChannel: Procedure<{ readonly dom: Domain; readonly name: string | null; readonly flags: number }, void> = {
  name: 'domain_open_channel',
  program: 0x20008086,
  version: 1,
  number: 296,
  high: false,
  stream: 'both',
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      if (w.present(v.name, 'name')) w.str(v.name, 'name');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      name: r.bool('name') ? r.str('name') : null,
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.2. */
export const domainScreenshot: Procedure<{ readonly dom: Domain; readonly screen: number; readonly flags: number }, { readonly mime: string | null }> = {
  name: 'domain_screenshot',
  program: 0x20008086,
  version: 1,
  number: 211,
  high: false,
  stream: 'down',
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.u32(v.screen, 'screen');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      screen: r.u32('screen'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      if (w.present(v.mime, 'mime')) w.str(v.mime, 'mime');
    },
    read: (r) => ({
      mime: r.bool('mime') ? r.str('mime') : null,
    }),
  },
};

/** Since libvirt 0.9.0. */
export const storageVolUpload: Procedure<{ readonly vol: StorageVol; readonly offset: bigint; readonly length: bigint; readonly flags: number }, void> = {
  name: 'storage_vol_upload',
  program: 0x20008086,
  version: 1,
  number: 208,
  high: false,
  stream: 'up',
  args: {
    write: (w, v) => {
      writeStorageVol(w, v.vol);
      w.u64(v.offset, 'offset');
      w.u64(v.length, 'length');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      vol: readStorageVol(r),
      offset: r.u64('offset'),
      length: r.u64('length'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.0. */
export const storageVolDownload: Procedure<{ readonly vol: StorageVol; readonly offset: bigint; readonly length: bigint; readonly flags: number }, void> = {
  name: 'storage_vol_download',
  program: 0x20008086,
  version: 1,
  number: 209,
  high: false,
  stream: 'down',
  args: {
    write: (w, v) => {
      writeStorageVol(w, v.vol);
      w.u64(v.offset, 'offset');
      w.u64(v.length, 'length');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      vol: readStorageVol(r),
      offset: r.u64('offset'),
      length: r.u64('length'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.8.0. */
export const nwfilterDefineXml: Procedure<{ readonly xml: string }, { readonly nwfilter: Nwfilter }> = {
  name: 'nwfilter_define_xml',
  program: 0x20008086,
  version: 1,
  number: 180,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
    },
    read: (r) => ({
      xml: r.str('xml'),
    }),
  },
  result: {
    write: (w, v) => {
      writeNwfilter(w, v.nwfilter);
    },
    read: (r) => ({
      nwfilter: readNwfilter(r),
    }),
  },
};

/** Since libvirt 0.8.0. */
export const nwfilterLookupByName: Procedure<{ readonly name: string }, { readonly nwfilter: Nwfilter }> = {
  name: 'nwfilter_lookup_by_name',
  program: 0x20008086,
  version: 1,
  number: 175,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
    },
    read: (r) => ({
      name: r.str('name'),
    }),
  },
  result: {
    write: (w, v) => {
      writeNwfilter(w, v.nwfilter);
    },
    read: (r) => ({
      nwfilter: readNwfilter(r),
    }),
  },
};

/** Since libvirt 0.8.0. */
export const nwfilterLookupByUuid: Procedure<{ readonly uuid: string }, { readonly nwfilter: Nwfilter }> = {
  name: 'nwfilter_lookup_by_uuid',
  program: 0x20008086,
  version: 1,
  number: 176,
  high: true,
  args: {
    write: (w, v) => {
      w.uuid(v.uuid, 'uuid');
    },
    read: (r) => ({
      uuid: r.uuid('uuid'),
    }),
  },
  result: {
    write: (w, v) => {
      writeNwfilter(w, v.nwfilter);
    },
    read: (r) => ({
      nwfilter: readNwfilter(r),
    }),
  },
};

/** Since libvirt 0.8.0. */
export const nwfilterUndefine: Procedure<{ readonly nwfilter: Nwfilter }, void> = {
  name: 'nwfilter_undefine',
  program: 0x20008086,
  version: 1,
  number: 181,
  high: true,
  args: {
    write: (w, v) => {
      writeNwfilter(w, v.nwfilter);
    },
    read: (r) => ({
      nwfilter: readNwfilter(r),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.8.0. */
export const nwfilterGetXmlDesc: Procedure<{ readonly nwfilter: Nwfilter; readonly flags: number }, { readonly xml: string }> = {
  name: 'nwfilter_get_xml_desc',
  program: 0x20008086,
  version: 1,
  number: 177,
  high: true,
  args: {
    write: (w, v) => {
      writeNwfilter(w, v.nwfilter);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      nwfilter: readNwfilter(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
    },
    read: (r) => ({
      xml: r.str('xml'),
    }),
  },
};

/** Since libvirt 0.10.2. */
export const connectListAllNwfilters: Procedure<{ readonly needResults: boolean; readonly flags: number }, { readonly filters: readonly Nwfilter[]; readonly ret: number }> = {
  name: 'connect_list_all_nwfilters',
  program: 0x20008086,
  version: 1,
  number: 286,
  high: true,
  args: {
    write: (w, v) => {
      w.bool(v.needResults, 'needResults');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      needResults: r.bool('needResults'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.filters, 'filters', 16384, writeNwfilter);
      w.u32(v.ret, 'ret');
    },
    read: (r) => ({
      filters: r.list('filters', 16384, readNwfilter),
      ret: r.u32('ret'),
    }),
  },
};

/** Since libvirt 0.2.0. */
export const networkLookupByName: Procedure<{ readonly name: string }, { readonly net: Network }> = {
  name: 'network_lookup_by_name',
  program: 0x20008086,
  version: 1,
  number: 46,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
    },
    read: (r) => ({
      name: r.str('name'),
    }),
  },
  result: {
    write: (w, v) => {
      writeNetwork(w, v.net);
    },
    read: (r) => ({
      net: readNetwork(r),
    }),
  },
};

/** Since libvirt 0.2.0. */
export const networkLookupByUuid: Procedure<{ readonly uuid: string }, { readonly net: Network }> = {
  name: 'network_lookup_by_uuid',
  program: 0x20008086,
  version: 1,
  number: 47,
  high: true,
  args: {
    write: (w, v) => {
      w.uuid(v.uuid, 'uuid');
    },
    read: (r) => ({
      uuid: r.uuid('uuid'),
    }),
  },
  result: {
    write: (w, v) => {
      writeNetwork(w, v.net);
    },
    read: (r) => ({
      net: readNetwork(r),
    }),
  },
};

/** Since libvirt 0.2.0. */
export const networkCreateXml: Procedure<{ readonly xml: string }, { readonly net: Network }> = {
  name: 'network_create_xml',
  program: 0x20008086,
  version: 1,
  number: 40,
  high: false,
  args: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
    },
    read: (r) => ({
      xml: r.str('xml'),
    }),
  },
  result: {
    write: (w, v) => {
      writeNetwork(w, v.net);
    },
    read: (r) => ({
      net: readNetwork(r),
    }),
  },
};

/** Since libvirt 0.2.0. */
export const networkDefineXml: Procedure<{ readonly xml: string }, { readonly net: Network }> = {
  name: 'network_define_xml',
  program: 0x20008086,
  version: 1,
  number: 41,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
    },
    read: (r) => ({
      xml: r.str('xml'),
    }),
  },
  result: {
    write: (w, v) => {
      writeNetwork(w, v.net);
    },
    read: (r) => ({
      net: readNetwork(r),
    }),
  },
};

/** Since libvirt 0.2.0. */
export const networkCreate: Procedure<{ readonly net: Network }, void> = {
  name: 'network_create',
  program: 0x20008086,
  version: 1,
  number: 39,
  high: false,
  args: {
    write: (w, v) => {
      writeNetwork(w, v.net);
    },
    read: (r) => ({
      net: readNetwork(r),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.2.0. */
export const networkDestroy: Procedure<{ readonly net: Network }, void> = {
  name: 'network_destroy',
  program: 0x20008086,
  version: 1,
  number: 42,
  high: true,
  args: {
    write: (w, v) => {
      writeNetwork(w, v.net);
    },
    read: (r) => ({
      net: readNetwork(r),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.2.0. */
export const networkUndefine: Procedure<{ readonly net: Network }, void> = {
  name: 'network_undefine',
  program: 0x20008086,
  version: 1,
  number: 49,
  high: true,
  args: {
    write: (w, v) => {
      writeNetwork(w, v.net);
    },
    read: (r) => ({
      net: readNetwork(r),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.2.0. */
export const networkGetXmlDesc: Procedure<{ readonly net: Network; readonly flags: number }, { readonly xml: string }> = {
  name: 'network_get_xml_desc',
  program: 0x20008086,
  version: 1,
  number: 43,
  high: true,
  args: {
    write: (w, v) => {
      writeNetwork(w, v.net);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      net: readNetwork(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
    },
    read: (r) => ({
      xml: r.str('xml'),
    }),
  },
};

/** Since libvirt 0.2.0. */
export const networkGetBridgeName: Procedure<{ readonly net: Network }, { readonly name: string }> = {
  name: 'network_get_bridge_name',
  program: 0x20008086,
  version: 1,
  number: 45,
  high: true,
  args: {
    write: (w, v) => {
      writeNetwork(w, v.net);
    },
    read: (r) => ({
      net: readNetwork(r),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.name, 'name');
    },
    read: (r) => ({
      name: r.str('name'),
    }),
  },
};

/** Since libvirt 0.7.3. */
export const networkIsActive: Procedure<{ readonly net: Network }, { readonly active: boolean }> = {
  name: 'network_is_active',
  program: 0x20008086,
  version: 1,
  number: 152,
  high: true,
  args: {
    write: (w, v) => {
      writeNetwork(w, v.net);
    },
    read: (r) => ({
      net: readNetwork(r),
    }),
  },
  result: {
    write: (w, v) => {
      w.bool(v.active, 'active');
    },
    read: (r) => ({
      active: r.bool('active'),
    }),
  },
};

/** Since libvirt 1.2.6. */
export const networkGetDhcpLeases: Procedure<{ readonly net: Network; readonly mac: string | null; readonly needResults: boolean; readonly flags: number }, { readonly leases: readonly NetworkDhcpLease[]; readonly ret: number }> = {
  name: 'network_get_dhcp_leases',
  program: 0x20008086,
  version: 1,
  number: 341,
  high: false,
  args: {
    write: (w, v) => {
      writeNetwork(w, v.net);
      if (w.present(v.mac, 'mac')) w.str(v.mac, 'mac');
      w.bool(v.needResults, 'needResults');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      net: readNetwork(r),
      mac: r.bool('mac') ? r.str('mac') : null,
      needResults: r.bool('needResults'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.leases, 'leases', 65536, writeNetworkDhcpLease);
      w.u32(v.ret, 'ret');
    },
    read: (r) => ({
      leases: r.list('leases', 65536, readNetworkDhcpLease),
      ret: r.u32('ret'),
    }),
  },
};

/** Since libvirt 0.2.1. */
export const networkSetAutostart: Procedure<{ readonly net: Network; readonly autostart: boolean }, void> = {
  name: 'network_set_autostart',
  program: 0x20008086,
  version: 1,
  number: 48,
  high: true,
  args: {
    write: (w, v) => {
      writeNetwork(w, v.net);
      w.bool(v.autostart, 'autostart');
    },
    read: (r) => ({
      net: readNetwork(r),
      autostart: r.bool('autostart'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.10.2. */
export const connectListAllNetworks: Procedure<{ readonly needResults: boolean; readonly flags: number }, { readonly nets: readonly Network[]; readonly ret: number }> = {
  name: 'connect_list_all_networks',
  program: 0x20008086,
  version: 1,
  number: 283,
  high: true,
  args: {
    write: (w, v) => {
      w.bool(v.needResults, 'needResults');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      needResults: r.bool('needResults'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.nets, 'nets', 16384, writeNetwork);
      w.u32(v.ret, 'ret');
    },
    read: (r) => ({
      nets: r.list('nets', 16384, readNetwork),
      ret: r.u32('ret'),
    }),
  },
};

/** Since libvirt 0.10.2. */
export const connectListAllInterfaces: Procedure<{ readonly needResults: boolean; readonly flags: number }, { readonly ifaces: readonly Interface[]; readonly ret: number }> = {
  name: 'connect_list_all_interfaces',
  program: 0x20008086,
  version: 1,
  number: 284,
  high: true,
  args: {
    write: (w, v) => {
      w.bool(v.needResults, 'needResults');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      needResults: r.bool('needResults'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.ifaces, 'ifaces', 16384, writeInterface);
      w.u32(v.ret, 'ret');
    },
    read: (r) => ({
      ifaces: r.list('ifaces', 16384, readInterface),
      ret: r.u32('ret'),
    }),
  },
};

/** Since libvirt 0.6.4. */
export const interfaceLookupByName: Procedure<{ readonly name: string }, { readonly iface: Interface }> = {
  name: 'interface_lookup_by_name',
  program: 0x20008086,
  version: 1,
  number: 128,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
    },
    read: (r) => ({
      name: r.str('name'),
    }),
  },
  result: {
    write: (w, v) => {
      writeInterface(w, v.iface);
    },
    read: (r) => ({
      iface: readInterface(r),
    }),
  },
};

/** Since libvirt 0.6.4. */
export const interfaceLookupByMacString: Procedure<{ readonly mac: string }, { readonly iface: Interface }> = {
  name: 'interface_lookup_by_mac_string',
  program: 0x20008086,
  version: 1,
  number: 129,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.mac, 'mac');
    },
    read: (r) => ({
      mac: r.str('mac'),
    }),
  },
  result: {
    write: (w, v) => {
      writeInterface(w, v.iface);
    },
    read: (r) => ({
      iface: readInterface(r),
    }),
  },
};

/** Since libvirt 0.6.4. */
export const interfaceGetXmlDesc: Procedure<{ readonly iface: Interface; readonly flags: number }, { readonly xml: string }> = {
  name: 'interface_get_xml_desc',
  program: 0x20008086,
  version: 1,
  number: 130,
  high: false,
  args: {
    write: (w, v) => {
      writeInterface(w, v.iface);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      iface: readInterface(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
    },
    read: (r) => ({
      xml: r.str('xml'),
    }),
  },
};

/** Since libvirt 0.4.1. */
export const storagePoolLookupByName: Procedure<{ readonly name: string }, { readonly pool: StoragePool }> = {
  name: 'storage_pool_lookup_by_name',
  program: 0x20008086,
  version: 1,
  number: 84,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
    },
    read: (r) => ({
      name: r.str('name'),
    }),
  },
  result: {
    write: (w, v) => {
      writeStoragePool(w, v.pool);
    },
    read: (r) => ({
      pool: readStoragePool(r),
    }),
  },
};

/** Since libvirt 0.4.1. */
export const storagePoolLookupByUuid: Procedure<{ readonly uuid: string }, { readonly pool: StoragePool }> = {
  name: 'storage_pool_lookup_by_uuid',
  program: 0x20008086,
  version: 1,
  number: 85,
  high: true,
  args: {
    write: (w, v) => {
      w.uuid(v.uuid, 'uuid');
    },
    read: (r) => ({
      uuid: r.uuid('uuid'),
    }),
  },
  result: {
    write: (w, v) => {
      writeStoragePool(w, v.pool);
    },
    read: (r) => ({
      pool: readStoragePool(r),
    }),
  },
};

/** Since libvirt 0.4.1. */
export const storagePoolCreateXml: Procedure<{ readonly xml: string; readonly flags: number }, { readonly pool: StoragePool }> = {
  name: 'storage_pool_create_xml',
  program: 0x20008086,
  version: 1,
  number: 76,
  high: false,
  args: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      xml: r.str('xml'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      writeStoragePool(w, v.pool);
    },
    read: (r) => ({
      pool: readStoragePool(r),
    }),
  },
};

/** Since libvirt 0.4.1. */
export const storagePoolDefineXml: Procedure<{ readonly xml: string; readonly flags: number }, { readonly pool: StoragePool }> = {
  name: 'storage_pool_define_xml',
  program: 0x20008086,
  version: 1,
  number: 77,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      xml: r.str('xml'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      writeStoragePool(w, v.pool);
    },
    read: (r) => ({
      pool: readStoragePool(r),
    }),
  },
};

/** Since libvirt 0.4.1. */
export const storagePoolBuild: Procedure<{ readonly pool: StoragePool; readonly flags: number }, void> = {
  name: 'storage_pool_build',
  program: 0x20008086,
  version: 1,
  number: 79,
  high: false,
  args: {
    write: (w, v) => {
      writeStoragePool(w, v.pool);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      pool: readStoragePool(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.4.1. */
export const storagePoolCreate: Procedure<{ readonly pool: StoragePool; readonly flags: number }, void> = {
  name: 'storage_pool_create',
  program: 0x20008086,
  version: 1,
  number: 78,
  high: false,
  args: {
    write: (w, v) => {
      writeStoragePool(w, v.pool);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      pool: readStoragePool(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.4.1. */
export const storagePoolDestroy: Procedure<{ readonly pool: StoragePool }, void> = {
  name: 'storage_pool_destroy',
  program: 0x20008086,
  version: 1,
  number: 80,
  high: true,
  args: {
    write: (w, v) => {
      writeStoragePool(w, v.pool);
    },
    read: (r) => ({
      pool: readStoragePool(r),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.4.1. */
export const storagePoolUndefine: Procedure<{ readonly pool: StoragePool }, void> = {
  name: 'storage_pool_undefine',
  program: 0x20008086,
  version: 1,
  number: 82,
  high: true,
  args: {
    write: (w, v) => {
      writeStoragePool(w, v.pool);
    },
    read: (r) => ({
      pool: readStoragePool(r),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.4.1. */
export const storagePoolRefresh: Procedure<{ readonly pool: StoragePool; readonly flags: number }, void> = {
  name: 'storage_pool_refresh',
  program: 0x20008086,
  version: 1,
  number: 83,
  high: false,
  args: {
    write: (w, v) => {
      writeStoragePool(w, v.pool);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      pool: readStoragePool(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.4.1. */
export const storagePoolGetInfo: Procedure<{ readonly pool: StoragePool }, { readonly state: number; readonly capacity: bigint; readonly allocation: bigint; readonly available: bigint }> = {
  name: 'storage_pool_get_info',
  program: 0x20008086,
  version: 1,
  number: 87,
  high: true,
  args: {
    write: (w, v) => {
      writeStoragePool(w, v.pool);
    },
    read: (r) => ({
      pool: readStoragePool(r),
    }),
  },
  result: {
    write: (w, v) => {
      w.u32(v.state, 'state');
      w.u64(v.capacity, 'capacity');
      w.u64(v.allocation, 'allocation');
      w.u64(v.available, 'available');
    },
    read: (r) => ({
      state: r.u32('state'),
      capacity: r.u64('capacity'),
      allocation: r.u64('allocation'),
      available: r.u64('available'),
    }),
  },
};

/** Since libvirt 0.4.1. */
export const storagePoolGetXmlDesc: Procedure<{ readonly pool: StoragePool; readonly flags: number }, { readonly xml: string }> = {
  name: 'storage_pool_get_xml_desc',
  program: 0x20008086,
  version: 1,
  number: 88,
  high: true,
  args: {
    write: (w, v) => {
      writeStoragePool(w, v.pool);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      pool: readStoragePool(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
    },
    read: (r) => ({
      xml: r.str('xml'),
    }),
  },
};

/** Since libvirt 0.10.2. */
export const storagePoolListAllVolumes: Procedure<{ readonly pool: StoragePool; readonly needResults: boolean; readonly flags: number }, { readonly vols: readonly StorageVol[]; readonly ret: number }> = {
  name: 'storage_pool_list_all_volumes',
  program: 0x20008086,
  version: 1,
  number: 282,
  high: true,
  args: {
    write: (w, v) => {
      writeStoragePool(w, v.pool);
      w.bool(v.needResults, 'needResults');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      pool: readStoragePool(r),
      needResults: r.bool('needResults'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.vols, 'vols', 16384, writeStorageVol);
      w.u32(v.ret, 'ret');
    },
    read: (r) => ({
      vols: r.list('vols', 16384, readStorageVol),
      ret: r.u32('ret'),
    }),
  },
};

/** Since libvirt 0.10.2. */
export const connectListAllStoragePools: Procedure<{ readonly needResults: boolean; readonly flags: number }, { readonly pools: readonly StoragePool[]; readonly ret: number }> = {
  name: 'connect_list_all_storage_pools',
  program: 0x20008086,
  version: 1,
  number: 281,
  high: true,
  args: {
    write: (w, v) => {
      w.bool(v.needResults, 'needResults');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      needResults: r.bool('needResults'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.pools, 'pools', 16384, writeStoragePool);
      w.u32(v.ret, 'ret');
    },
    read: (r) => ({
      pools: r.list('pools', 16384, readStoragePool),
      ret: r.u32('ret'),
    }),
  },
};

/** Since libvirt 0.4.1. */
export const storageVolLookupByName: Procedure<{ readonly pool: StoragePool; readonly name: string }, { readonly vol: StorageVol }> = {
  name: 'storage_vol_lookup_by_name',
  program: 0x20008086,
  version: 1,
  number: 95,
  high: true,
  args: {
    write: (w, v) => {
      writeStoragePool(w, v.pool);
      w.str(v.name, 'name');
    },
    read: (r) => ({
      pool: readStoragePool(r),
      name: r.str('name'),
    }),
  },
  result: {
    write: (w, v) => {
      writeStorageVol(w, v.vol);
    },
    read: (r) => ({
      vol: readStorageVol(r),
    }),
  },
};

/** Since libvirt 0.4.1. */
export const storageVolLookupByPath: Procedure<{ readonly path: string }, { readonly vol: StorageVol }> = {
  name: 'storage_vol_lookup_by_path',
  program: 0x20008086,
  version: 1,
  number: 97,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.path, 'path');
    },
    read: (r) => ({
      path: r.str('path'),
    }),
  },
  result: {
    write: (w, v) => {
      writeStorageVol(w, v.vol);
    },
    read: (r) => ({
      vol: readStorageVol(r),
    }),
  },
};

/** Since libvirt 0.4.1. */
export const storageVolLookupByKey: Procedure<{ readonly key: string }, { readonly vol: StorageVol }> = {
  name: 'storage_vol_lookup_by_key',
  program: 0x20008086,
  version: 1,
  number: 96,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.key, 'key');
    },
    read: (r) => ({
      key: r.str('key'),
    }),
  },
  result: {
    write: (w, v) => {
      writeStorageVol(w, v.vol);
    },
    read: (r) => ({
      vol: readStorageVol(r),
    }),
  },
};

/** Since libvirt 0.4.1. */
export const storageVolCreateXml: Procedure<{ readonly pool: StoragePool; readonly xml: string; readonly flags: number }, { readonly vol: StorageVol }> = {
  name: 'storage_vol_create_xml',
  program: 0x20008086,
  version: 1,
  number: 93,
  high: false,
  args: {
    write: (w, v) => {
      writeStoragePool(w, v.pool);
      w.str(v.xml, 'xml');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      pool: readStoragePool(r),
      xml: r.str('xml'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      writeStorageVol(w, v.vol);
    },
    read: (r) => ({
      vol: readStorageVol(r),
    }),
  },
};

/** Since libvirt 0.6.4. */
export const storageVolCreateXmlFrom: Procedure<{ readonly pool: StoragePool; readonly xml: string; readonly clonevol: StorageVol; readonly flags: number }, { readonly vol: StorageVol }> = {
  name: 'storage_vol_create_xml_from',
  program: 0x20008086,
  version: 1,
  number: 125,
  high: false,
  args: {
    write: (w, v) => {
      writeStoragePool(w, v.pool);
      w.str(v.xml, 'xml');
      writeStorageVol(w, v.clonevol);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      pool: readStoragePool(r),
      xml: r.str('xml'),
      clonevol: readStorageVol(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      writeStorageVol(w, v.vol);
    },
    read: (r) => ({
      vol: readStorageVol(r),
    }),
  },
};

/** Since libvirt 0.4.1. */
export const storageVolDelete: Procedure<{ readonly vol: StorageVol; readonly flags: number }, void> = {
  name: 'storage_vol_delete',
  program: 0x20008086,
  version: 1,
  number: 94,
  high: false,
  args: {
    write: (w, v) => {
      writeStorageVol(w, v.vol);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      vol: readStorageVol(r),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.9.10. */
export const storageVolResize: Procedure<{ readonly vol: StorageVol; readonly capacity: bigint; readonly flags: number }, void> = {
  name: 'storage_vol_resize',
  program: 0x20008086,
  version: 1,
  number: 260,
  high: false,
  args: {
    write: (w, v) => {
      writeStorageVol(w, v.vol);
      w.u64(v.capacity, 'capacity');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      vol: readStorageVol(r),
      capacity: r.u64('capacity'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.4.1. */
export const storageVolGetInfo: Procedure<{ readonly vol: StorageVol }, { readonly type: number; readonly capacity: bigint; readonly allocation: bigint }> = {
  name: 'storage_vol_get_info',
  program: 0x20008086,
  version: 1,
  number: 98,
  high: true,
  args: {
    write: (w, v) => {
      writeStorageVol(w, v.vol);
    },
    read: (r) => ({
      vol: readStorageVol(r),
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.type, 'type');
      w.u64(v.capacity, 'capacity');
      w.u64(v.allocation, 'allocation');
    },
    read: (r) => ({
      type: r.i32('type'),
      capacity: r.u64('capacity'),
      allocation: r.u64('allocation'),
    }),
  },
};

/** Since libvirt 0.4.1. */
export const storageVolGetPath: Procedure<{ readonly vol: StorageVol }, { readonly name: string }> = {
  name: 'storage_vol_get_path',
  program: 0x20008086,
  version: 1,
  number: 100,
  high: true,
  args: {
    write: (w, v) => {
      writeStorageVol(w, v.vol);
    },
    read: (r) => ({
      vol: readStorageVol(r),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.name, 'name');
    },
    read: (r) => ({
      name: r.str('name'),
    }),
  },
};

/** Since libvirt 0.4.1. */
export const storageVolGetXmlDesc: Procedure<{ readonly vol: StorageVol; readonly flags: number }, { readonly xml: string }> = {
  name: 'storage_vol_get_xml_desc',
  program: 0x20008086,
  version: 1,
  number: 99,
  high: true,
  args: {
    write: (w, v) => {
      writeStorageVol(w, v.vol);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      vol: readStorageVol(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
    },
    read: (r) => ({
      xml: r.str('xml'),
    }),
  },
};

/** Since libvirt 0.7.1. */
export const secretDefineXml: Procedure<{ readonly xml: string; readonly flags: number }, { readonly secret: Secret }> = {
  name: 'secret_define_xml',
  program: 0x20008086,
  version: 1,
  number: 142,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      xml: r.str('xml'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      writeSecret(w, v.secret);
    },
    read: (r) => ({
      secret: readSecret(r),
    }),
  },
};

/** Since libvirt 0.7.1. */
export const secretLookupByUsage: Procedure<{ readonly usageType: number; readonly usageId: string }, { readonly secret: Secret }> = {
  name: 'secret_lookup_by_usage',
  program: 0x20008086,
  version: 1,
  number: 147,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.usageType, 'usageType');
      w.str(v.usageId, 'usageId');
    },
    read: (r) => ({
      usageType: r.i32('usageType'),
      usageId: r.str('usageId'),
    }),
  },
  result: {
    write: (w, v) => {
      writeSecret(w, v.secret);
    },
    read: (r) => ({
      secret: readSecret(r),
    }),
  },
};

/** Since libvirt 0.7.1. */
export const secretLookupByUuid: Procedure<{ readonly uuid: string }, { readonly secret: Secret }> = {
  name: 'secret_lookup_by_uuid',
  program: 0x20008086,
  version: 1,
  number: 141,
  high: true,
  args: {
    write: (w, v) => {
      w.uuid(v.uuid, 'uuid');
    },
    read: (r) => ({
      uuid: r.uuid('uuid'),
    }),
  },
  result: {
    write: (w, v) => {
      writeSecret(w, v.secret);
    },
    read: (r) => ({
      secret: readSecret(r),
    }),
  },
};

/** Since libvirt 0.7.1. */
export const secretSetValue: Procedure<{ readonly secret: Secret; readonly value: Uint8Array; readonly flags: number }, void> = {
  name: 'secret_set_value',
  program: 0x20008086,
  version: 1,
  number: 144,
  high: true,
  args: {
    write: (w, v) => {
      writeSecret(w, v.secret);
      w.bytesOf(v.value, 'value', 65536);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      secret: readSecret(r),
      value: r.bytesOf('value', 65536),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.7.1. */
export const secretGetValue: Procedure<{ readonly secret: Secret; readonly flags: number }, { readonly value: Uint8Array }> = {
  name: 'secret_get_value',
  program: 0x20008086,
  version: 1,
  number: 145,
  high: true,
  args: {
    write: (w, v) => {
      writeSecret(w, v.secret);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      secret: readSecret(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.bytesOf(v.value, 'value', 65536);
    },
    read: (r) => ({
      value: r.bytesOf('value', 65536),
    }),
  },
};

/** Since libvirt 0.7.1. */
export const secretGetXmlDesc: Procedure<{ readonly secret: Secret; readonly flags: number }, { readonly xml: string }> = {
  name: 'secret_get_xml_desc',
  program: 0x20008086,
  version: 1,
  number: 143,
  high: true,
  args: {
    write: (w, v) => {
      writeSecret(w, v.secret);
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      secret: readSecret(r),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
    },
    read: (r) => ({
      xml: r.str('xml'),
    }),
  },
};

/** Since libvirt 0.7.1. */
export const secretUndefine: Procedure<{ readonly secret: Secret }, void> = {
  name: 'secret_undefine',
  program: 0x20008086,
  version: 1,
  number: 146,
  high: true,
  args: {
    write: (w, v) => {
      writeSecret(w, v.secret);
    },
    read: (r) => ({
      secret: readSecret(r),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.10.2. */
export const connectListAllSecrets: Procedure<{ readonly needResults: boolean; readonly flags: number }, { readonly secrets: readonly Secret[]; readonly ret: number }> = {
  name: 'connect_list_all_secrets',
  program: 0x20008086,
  version: 1,
  number: 287,
  high: true,
  args: {
    write: (w, v) => {
      w.bool(v.needResults, 'needResults');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      needResults: r.bool('needResults'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.secrets, 'secrets', 16384, writeSecret);
      w.u32(v.ret, 'ret');
    },
    read: (r) => ({
      secrets: r.list('secrets', 16384, readSecret),
      ret: r.u32('ret'),
    }),
  },
};

/** Since libvirt 0.10.2. */
export const connectListAllNodeDevices: Procedure<{ readonly needResults: boolean; readonly flags: number }, { readonly devices: readonly NodeDevice[]; readonly ret: number }> = {
  name: 'connect_list_all_node_devices',
  program: 0x20008086,
  version: 1,
  number: 285,
  high: true,
  args: {
    write: (w, v) => {
      w.bool(v.needResults, 'needResults');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      needResults: r.bool('needResults'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.devices, 'devices', 65536, writeNodeDevice);
      w.u32(v.ret, 'ret');
    },
    read: (r) => ({
      devices: r.list('devices', 65536, readNodeDevice),
      ret: r.u32('ret'),
    }),
  },
};

/** Since libvirt 0.5.0. */
export const nodeDeviceLookupByName: Procedure<{ readonly name: string }, { readonly dev: NodeDevice }> = {
  name: 'node_device_lookup_by_name',
  program: 0x20008086,
  version: 1,
  number: 113,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
    },
    read: (r) => ({
      name: r.str('name'),
    }),
  },
  result: {
    write: (w, v) => {
      writeNodeDevice(w, v.dev);
    },
    read: (r) => ({
      dev: readNodeDevice(r),
    }),
  },
};

/** Since libvirt 1.0.3. */
export const nodeDeviceLookupScsiHostByWwn: Procedure<{ readonly wwnn: string; readonly wwpn: string; readonly flags: number }, { readonly dev: NodeDevice }> = {
  name: 'node_device_lookup_scsi_host_by_wwn',
  program: 0x20008086,
  version: 1,
  number: 297,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.wwnn, 'wwnn');
      w.str(v.wwpn, 'wwpn');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      wwnn: r.str('wwnn'),
      wwpn: r.str('wwpn'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      writeNodeDevice(w, v.dev);
    },
    read: (r) => ({
      dev: readNodeDevice(r),
    }),
  },
};

/** Since libvirt 0.5.0. */
export const nodeDeviceGetXmlDesc: Procedure<{ readonly name: string; readonly flags: number }, { readonly xml: string }> = {
  name: 'node_device_get_xml_desc',
  program: 0x20008086,
  version: 1,
  number: 114,
  high: false,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      name: r.str('name'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.xml, 'xml');
    },
    read: (r) => ({
      xml: r.str('xml'),
    }),
  },
};

/** Since libvirt 0.5.0. */
export const nodeDeviceGetParent: Procedure<{ readonly name: string }, { readonly parentName: string | null }> = {
  name: 'node_device_get_parent',
  program: 0x20008086,
  version: 1,
  number: 115,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
    },
    read: (r) => ({
      name: r.str('name'),
    }),
  },
  result: {
    write: (w, v) => {
      if (w.present(v.parentName, 'parentName')) w.str(v.parentName, 'parentName');
    },
    read: (r) => ({
      parentName: r.bool('parentName') ? r.str('parentName') : null,
    }),
  },
};

/** Since libvirt 0.5.0. */
export const nodeDeviceListCaps: Procedure<{ readonly name: string; readonly maxnames: number }, { readonly names: readonly string[] }> = {
  name: 'node_device_list_caps',
  program: 0x20008086,
  version: 1,
  number: 117,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
      w.i32(v.maxnames, 'maxnames');
    },
    read: (r) => ({
      name: r.str('name'),
      maxnames: r.i32('maxnames'),
    }),
  },
  result: {
    write: (w, v) => {
      w.list(v.names, 'names', 65536, (x, item) => x.str(item, 'names'));
    },
    read: (r) => ({
      names: r.list('names', 65536, (x) => x.str('names')),
    }),
  },
};

/** Since libvirt 0.6.1. */
export const nodeDeviceDettach: Procedure<{ readonly name: string }, void> = {
  name: 'node_device_dettach',
  program: 0x20008086,
  version: 1,
  number: 118,
  high: false,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
    },
    read: (r) => ({
      name: r.str('name'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 1.0.5. */
export const nodeDeviceDetachFlags: Procedure<{ readonly name: string; readonly driverName: string | null; readonly flags: number }, void> = {
  name: 'node_device_detach_flags',
  program: 0x20008086,
  version: 1,
  number: 301,
  high: false,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
      if (w.present(v.driverName, 'driverName')) w.str(v.driverName, 'driverName');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      name: r.str('name'),
      driverName: r.bool('driverName') ? r.str('driverName') : null,
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.6.1. */
export const nodeDeviceReAttach: Procedure<{ readonly name: string }, void> = {
  name: 'node_device_re_attach',
  program: 0x20008086,
  version: 1,
  number: 119,
  high: false,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
    },
    read: (r) => ({
      name: r.str('name'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.6.1. */
export const nodeDeviceReset: Procedure<{ readonly name: string }, void> = {
  name: 'node_device_reset',
  program: 0x20008086,
  version: 1,
  number: 120,
  high: false,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
    },
    read: (r) => ({
      name: r.str('name'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.6.3. */
export const nodeDeviceCreateXml: Procedure<{ readonly xmlDesc: string; readonly flags: number }, { readonly dev: NodeDevice }> = {
  name: 'node_device_create_xml',
  program: 0x20008086,
  version: 1,
  number: 123,
  high: false,
  args: {
    write: (w, v) => {
      w.str(v.xmlDesc, 'xmlDesc');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      xmlDesc: r.str('xmlDesc'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      writeNodeDevice(w, v.dev);
    },
    read: (r) => ({
      dev: readNodeDevice(r),
    }),
  },
};

/** Since libvirt 7.3.0. */
export const nodeDeviceDefineXml: Procedure<{ readonly xmlDesc: string; readonly flags: number }, { readonly dev: NodeDevice }> = {
  name: 'node_device_define_xml',
  program: 0x20008086,
  version: 1,
  number: 428,
  high: false,
  args: {
    write: (w, v) => {
      w.str(v.xmlDesc, 'xmlDesc');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      xmlDesc: r.str('xmlDesc'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      writeNodeDevice(w, v.dev);
    },
    read: (r) => ({
      dev: readNodeDevice(r),
    }),
  },
};

/** Since libvirt 7.3.0. */
export const nodeDeviceCreate: Procedure<{ readonly name: string; readonly flags: number }, void> = {
  name: 'node_device_create',
  program: 0x20008086,
  version: 1,
  number: 430,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      name: r.str('name'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.6.3. */
export const nodeDeviceDestroy: Procedure<{ readonly name: string }, void> = {
  name: 'node_device_destroy',
  program: 0x20008086,
  version: 1,
  number: 124,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
    },
    read: (r) => ({
      name: r.str('name'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 7.3.0. */
export const nodeDeviceUndefine: Procedure<{ readonly name: string; readonly flags: number }, void> = {
  name: 'node_device_undefine',
  program: 0x20008086,
  version: 1,
  number: 429,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      name: r.str('name'),
      flags: r.u32('flags'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 7.8.0. */
export const nodeDeviceSetAutostart: Procedure<{ readonly name: string; readonly autostart: boolean }, void> = {
  name: 'node_device_set_autostart',
  program: 0x20008086,
  version: 1,
  number: 434,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
      w.bool(v.autostart, 'autostart');
    },
    read: (r) => ({
      name: r.str('name'),
      autostart: r.bool('autostart'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 7.8.0. */
export const nodeDeviceIsActive: Procedure<{ readonly name: string }, { readonly active: boolean }> = {
  name: 'node_device_is_active',
  program: 0x20008086,
  version: 1,
  number: 436,
  high: true,
  args: {
    write: (w, v) => {
      w.str(v.name, 'name');
    },
    read: (r) => ({
      name: r.str('name'),
    }),
  },
  result: {
    write: (w, v) => {
      w.bool(v.active, 'active');
    },
    read: (r) => ({
      active: r.bool('active'),
    }),
  },
};

/** Has no public call. */
export const connectDomainEventCallbackRegisterAny: Procedure<{ readonly eventId: number; readonly dom: Domain | null }, { readonly callbackId: number }> = {
  name: 'connect_domain_event_callback_register_any',
  program: 0x20008086,
  version: 1,
  number: 316,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.eventId, 'eventId');
      if (w.present(v.dom, 'dom')) writeDomain(w, v.dom);
    },
    read: (r) => ({
      eventId: r.i32('eventId'),
      dom: r.bool('dom') ? readDomain(r) : null,
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
    }),
  },
};

/** Has no public call. */
export const connectDomainEventCallbackDeregisterAny: Procedure<{ readonly callbackId: number }, void> = {
  name: 'connect_domain_event_callback_deregister_any',
  program: 0x20008086,
  version: 1,
  number: 317,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 1.2.1. */
export const connectNetworkEventRegisterAny: Procedure<{ readonly eventId: number; readonly net: Network | null }, { readonly callbackId: number }> = {
  name: 'connect_network_event_register_any',
  program: 0x20008086,
  version: 1,
  number: 313,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.eventId, 'eventId');
      if (w.present(v.net, 'net')) writeNetwork(w, v.net);
    },
    read: (r) => ({
      eventId: r.i32('eventId'),
      net: r.bool('net') ? readNetwork(r) : null,
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
    }),
  },
};

/** Since libvirt 1.2.1. */
export const connectNetworkEventDeregisterAny: Procedure<{ readonly callbackId: number }, void> = {
  name: 'connect_network_event_deregister_any',
  program: 0x20008086,
  version: 1,
  number: 314,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 2.0.0. */
export const connectStoragePoolEventRegisterAny: Procedure<{ readonly eventId: number; readonly pool: StoragePool | null }, { readonly callbackId: number }> = {
  name: 'connect_storage_pool_event_register_any',
  program: 0x20008086,
  version: 1,
  number: 368,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.eventId, 'eventId');
      if (w.present(v.pool, 'pool')) writeStoragePool(w, v.pool);
    },
    read: (r) => ({
      eventId: r.i32('eventId'),
      pool: r.bool('pool') ? readStoragePool(r) : null,
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
    }),
  },
};

/** Since libvirt 2.0.0. */
export const connectStoragePoolEventDeregisterAny: Procedure<{ readonly callbackId: number }, void> = {
  name: 'connect_storage_pool_event_deregister_any',
  program: 0x20008086,
  version: 1,
  number: 369,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 2.2.0. */
export const connectNodeDeviceEventRegisterAny: Procedure<{ readonly eventId: number; readonly dev: NodeDevice | null }, { readonly callbackId: number }> = {
  name: 'connect_node_device_event_register_any',
  program: 0x20008086,
  version: 1,
  number: 374,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.eventId, 'eventId');
      if (w.present(v.dev, 'dev')) writeNodeDevice(w, v.dev);
    },
    read: (r) => ({
      eventId: r.i32('eventId'),
      dev: r.bool('dev') ? readNodeDevice(r) : null,
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
    }),
  },
};

/** Since libvirt 2.2.0. */
export const connectNodeDeviceEventDeregisterAny: Procedure<{ readonly callbackId: number }, void> = {
  name: 'connect_node_device_event_deregister_any',
  program: 0x20008086,
  version: 1,
  number: 375,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 3.0.0. */
export const connectSecretEventRegisterAny: Procedure<{ readonly eventId: number; readonly secret: Secret | null }, { readonly callbackId: number }> = {
  name: 'connect_secret_event_register_any',
  program: 0x20008086,
  version: 1,
  number: 380,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.eventId, 'eventId');
      if (w.present(v.secret, 'secret')) writeSecret(w, v.secret);
    },
    read: (r) => ({
      eventId: r.i32('eventId'),
      secret: r.bool('secret') ? readSecret(r) : null,
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
    }),
  },
};

/** Since libvirt 3.0.0. */
export const connectSecretEventDeregisterAny: Procedure<{ readonly callbackId: number }, void> = {
  name: 'connect_secret_event_deregister_any',
  program: 0x20008086,
  version: 1,
  number: 381,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** Since libvirt 0.8.3. */
export const domainMonitorCommand: Procedure<{ readonly dom: Domain; readonly cmd: string; readonly flags: number }, { readonly result: string }> = {
  name: 'domain_monitor_command',
  program: 0x20008087,
  version: 1,
  number: 1,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.cmd, 'cmd');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      cmd: r.str('cmd'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.str(v.result, 'result');
    },
    read: (r) => ({
      result: r.str('result'),
    }),
  },
};

/** Since libvirt 0.9.4. */
export const domainAttach: Procedure<{ readonly pidValue: number; readonly flags: number }, { readonly dom: Domain }> = {
  name: 'domain_attach',
  program: 0x20008087,
  version: 1,
  number: 2,
  high: false,
  args: {
    write: (w, v) => {
      w.u32(v.pidValue, 'pidValue');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      pidValue: r.u32('pidValue'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      dom: readDomain(r),
    }),
  },
};

/** Since libvirt 0.10.0. */
export const domainAgentCommand: Procedure<{ readonly dom: Domain; readonly cmd: string; readonly timeout: number; readonly flags: number }, { readonly result: string | null }> = {
  name: 'domain_agent_command',
  program: 0x20008087,
  version: 1,
  number: 3,
  high: false,
  args: {
    write: (w, v) => {
      writeDomain(w, v.dom);
      w.str(v.cmd, 'cmd');
      w.i32(v.timeout, 'timeout');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: readDomain(r),
      cmd: r.str('cmd'),
      timeout: r.i32('timeout'),
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      if (w.present(v.result, 'result')) w.str(v.result, 'result');
    },
    read: (r) => ({
      result: r.bool('result') ? r.str('result') : null,
    }),
  },
};

/** Since libvirt 1.2.3. */
export const connectDomainMonitorEventRegister: Procedure<{ readonly dom: Domain | null; readonly event: string | null; readonly flags: number }, { readonly callbackId: number }> = {
  name: 'connect_domain_monitor_event_register',
  program: 0x20008087,
  version: 1,
  number: 4,
  high: true,
  args: {
    write: (w, v) => {
      if (w.present(v.dom, 'dom')) writeDomain(w, v.dom);
      if (w.present(v.event, 'event')) w.str(v.event, 'event');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      dom: r.bool('dom') ? readDomain(r) : null,
      event: r.bool('event') ? r.str('event') : null,
      flags: r.u32('flags'),
    }),
  },
  result: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
    }),
  },
};

/** Since libvirt 1.2.3. */
export const connectDomainMonitorEventDeregister: Procedure<{ readonly callbackId: number }, void> = {
  name: 'connect_domain_monitor_event_deregister',
  program: 0x20008087,
  version: 1,
  number: 5,
  high: true,
  args: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
    }),
  },
  result: { write: () => {}, read: () => {} },
};

/** All of them. */
export const procedures: readonly AnyProcedure[] = [
  authList,
  authPolkit,
  authSaslInit,
  authSaslStart,
  authSaslStep,
  connectSupportsFeature,
  connectOpen,
  connectClose,
  connectGetUri,
  connectGetType,
  connectGetVersion,
  connectGetLibVersion,
  connectGetHostname,
  connectGetSysinfo,
  connectGetCapabilities,
  connectGetDomainCapabilities,
  connectBaselineHypervisorCpu,
  connectCompareCpu,
  connectCompareHypervisorCpu,
  connectGetCpuModelNames,
  connectGetMaxVcpus,
  connectIsSecure,
  nodeGetInfo,
  nodeGetCpuMap,
  nodeGetCpuStats,
  nodeGetMemoryStats,
  nodeGetFreeMemory,
  nodeGetCellsFreeMemory,
  nodeGetFreePages,
  nodeGetSevInfo,
  nodeGetSecurityModel,
  connectRegisterCloseCallback,
  connectUnregisterCloseCallback,
  connectListAllDomains,
  connectNumOfDomains,
  domainLookupById,
  domainLookupByName,
  domainLookupByUuid,
  domainDefineXmlFlags,
  domainCreateWithFlags,
  domainCreateXml,
  domainDestroyFlags,
  domainShutdownFlags,
  domainReboot,
  domainReset,
  domainSuspend,
  domainResume,
  domainPmSuspendForDuration,
  domainPmWakeup,
  domainManagedSave,
  domainManagedSaveRemove,
  domainHasManagedSaveImage,
  domainManagedSaveGetXmlDesc,
  domainManagedSaveDefineXml,
  domainUndefineFlags,
  domainSetAutostart,
  domainGetAutostart,
  domainRename,
  domainCoreDumpWithFormat,
  domainInjectNmi,
  domainGetXmlDesc,
  domainGetInfo,
  domainGetState,
  domainIsActive,
  domainIsPersistent,
  domainGetControlInfo,
  domainBlockPeek,
  domainBlockStats,
  domainBlockStatsFlags,
  domainGetBlockInfo,
  domainInterfaceStats,
  domainInterfaceAddresses,
  domainMemoryStats,
  domainGetCpuStats,
  domainGetVcpus,
  domainGetVcpuPinInfo,
  domainGetFsinfo,
  domainGetGuestInfo,
  domainGetDiskErrors,
  connectGetAllDomainStats,
  domainGetMetadata,
  domainSetMetadata,
  domainAttachDeviceFlags,
  domainDetachDeviceFlags,
  domainDetachDeviceAlias,
  domainUpdateDeviceFlags,
  domainSetVcpusFlags,
  domainGetVcpusFlags,
  domainPinVcpuFlags,
  domainPinEmulator,
  domainSetMemoryFlags,
  domainSetMemoryStatsPeriod,
  domainSetBlockIoTune,
  domainGetBlockIoTune,
  domainSetInterfaceParameters,
  domainGetInterfaceParameters,
  domainSetSchedulerParametersFlags,
  domainSetNumaParameters,
  domainSetBlkioParameters,
  domainSetIothreadParams,
  domainBlockResize,
  domainSetBlockThreshold,
  domainBlockCommit,
  domainBlockCopy,
  domainBlockRebase,
  domainBlockPull,
  domainGetBlockJobInfo,
  domainBlockJobAbort,
  domainBlockJobSetSpeed,
  domainSnapshotCreateXml,
  domainSnapshotDelete,
  domainSnapshotLookupByName,
  domainListAllSnapshots,
  domainSnapshotGetXmlDesc,
  domainRevertToSnapshot,
  domainBackupBegin,
  domainBackupGetXmlDesc,
  domainCheckpointCreateXml,
  domainCheckpointDelete,
  domainMigratePerform3Params,
  domainMigratePerform3,
  domainMigrateSetMaxDowntime,
  domainMigrateGetMaxDowntime,
  domainMigrateSetMaxSpeed,
  domainMigrateGetMaxSpeed,
  domainMigrateSetCompressionCache,
  domainMigrateStartPostCopy,
  domainGetJobInfo,
  domainGetJobStats,
  domainAbortJob,
  domainAbortJobFlags,
  domainSetUserPassword,
  domainFsfreeze,
  domainFsthaw,
  domainFstrim,
  domainGetTime,
  domainSetTime,
  domainSendKey,
  domainGetHostname,
  domainSetGuestVcpus,
  domainAuthorizedSshKeysSet,
  domainAuthorizedSshKeysGet,
  domainOpenConsole,
  domainOpenChannel,
  domainScreenshot,
  storageVolUpload,
  storageVolDownload,
  nwfilterDefineXml,
  nwfilterLookupByName,
  nwfilterLookupByUuid,
  nwfilterUndefine,
  nwfilterGetXmlDesc,
  connectListAllNwfilters,
  networkLookupByName,
  networkLookupByUuid,
  networkCreateXml,
  networkDefineXml,
  networkCreate,
  networkDestroy,
  networkUndefine,
  networkGetXmlDesc,
  networkGetBridgeName,
  networkIsActive,
  networkGetDhcpLeases,
  networkSetAutostart,
  connectListAllNetworks,
  connectListAllInterfaces,
  interfaceLookupByName,
  interfaceLookupByMacString,
  interfaceGetXmlDesc,
  storagePoolLookupByName,
  storagePoolLookupByUuid,
  storagePoolCreateXml,
  storagePoolDefineXml,
  storagePoolBuild,
  storagePoolCreate,
  storagePoolDestroy,
  storagePoolUndefine,
  storagePoolRefresh,
  storagePoolGetInfo,
  storagePoolGetXmlDesc,
  storagePoolListAllVolumes,
  connectListAllStoragePools,
  storageVolLookupByName,
  storageVolLookupByPath,
  storageVolLookupByKey,
  storageVolCreateXml,
  storageVolCreateXmlFrom,
  storageVolDelete,
  storageVolResize,
  storageVolGetInfo,
  storageVolGetPath,
  storageVolGetXmlDesc,
  secretDefineXml,
  secretLookupByUsage,
  secretLookupByUuid,
  secretSetValue,
  secretGetValue,
  secretGetXmlDesc,
  secretUndefine,
  connectListAllSecrets,
  connectListAllNodeDevices,
  nodeDeviceLookupByName,
  nodeDeviceLookupScsiHostByWwn,
  nodeDeviceGetXmlDesc,
  nodeDeviceGetParent,
  nodeDeviceListCaps,
  nodeDeviceDettach,
  nodeDeviceDetachFlags,
  nodeDeviceReAttach,
  nodeDeviceReset,
  nodeDeviceCreateXml,
  nodeDeviceDefineXml,
  nodeDeviceCreate,
  nodeDeviceDestroy,
  nodeDeviceUndefine,
  nodeDeviceSetAutostart,
  nodeDeviceIsActive,
  connectDomainEventCallbackRegisterAny,
  connectDomainEventCallbackDeregisterAny,
  connectNetworkEventRegisterAny,
  connectNetworkEventDeregisterAny,
  connectStoragePoolEventRegisterAny,
  connectStoragePoolEventDeregisterAny,
  connectNodeDeviceEventRegisterAny,
  connectNodeDeviceEventDeregisterAny,
  connectSecretEventRegisterAny,
  connectSecretEventDeregisterAny,
  domainMonitorCommand,
  domainAttach,
  domainAgentCommand,
  connectDomainMonitorEventRegister,
  connectDomainMonitorEventDeregister,
];
