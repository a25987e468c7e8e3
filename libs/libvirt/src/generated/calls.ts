// Generated from libs/libvirt/protocol by tools/generate.ts. Do not edit: change the tables and generate again.

import type { CallOptions } from '../session/call-options.ts';
import type { LibvirtStream } from '../session/stream.ts';
import { fromCounters, fromTypedParams, toTypedParams } from '../typed-params.ts';
import type { TypedParams, TypedParamsInput } from '../typed-params.ts';
import type { Procedure } from '../wire/procedure.ts';
import * as p from './procedures.ts';
import type { Domain, DomainInterface, DomainMemoryStat, VcpuInfo, DomainFsinfo, DomainDiskError, DomainSnapshot, DomainCheckpoint, StorageVol, Nwfilter, Network, NetworkDhcpLease, Interface, StoragePool, Secret, NodeDevice } from './records.ts';

/** One method per public call, named after it. */
export abstract class LibvirtCalls {
  protected abstract call<Args, Result>(procedure: Procedure<Args, Result>, args: Args, options?: CallOptions): Promise<Result>;
  protected abstract open<Args, Result>(procedure: Procedure<Args, Result>, args: Args, options?: CallOptions): Promise<{ result: Result; stream: LibvirtStream }>;
  /** Asks how many there are, then for that many. */
  protected abstract counted<Args, Item>(procedure: Procedure<Args, { readonly params: readonly Item[]; readonly nparams: number }>, args: (nparams: number) => Args, options?: CallOptions): Promise<readonly Item[]>;

  /** `connect_get_uri`, since libvirt 0.3.0. */
  async connectGetUri(options?: CallOptions): Promise<string> {
    return (await this.call(p.connectGetUri, undefined, options)).uri;
  }

  /** `connect_get_type`, since libvirt 0.0.3. */
  async connectGetType(options?: CallOptions): Promise<string> {
    return (await this.call(p.connectGetType, undefined, options)).type;
  }

  /** `connect_get_version`, since libvirt 0.0.3. */
  async connectGetVersion(options?: CallOptions): Promise<bigint> {
    return (await this.call(p.connectGetVersion, undefined, options)).hvVer;
  }

  /** `connect_get_lib_version`, since libvirt 0.7.3. */
  async connectGetLibVersion(options?: CallOptions): Promise<bigint> {
    return (await this.call(p.connectGetLibVersion, undefined, options)).libVer;
  }

  /** `connect_get_hostname`, since libvirt 0.3.0. */
  async connectGetHostname(options?: CallOptions): Promise<string> {
    return (await this.call(p.connectGetHostname, undefined, options)).hostname;
  }

  /** `connect_get_sysinfo`, since libvirt 0.8.8. */
  async connectGetSysinfo(flags = 0, options?: CallOptions): Promise<string> {
    return (await this.call(p.connectGetSysinfo, { flags }, options)).sysinfo;
  }

  /** `connect_get_capabilities`, since libvirt 0.2.1. */
  async connectGetCapabilities(options?: CallOptions): Promise<string> {
    return (await this.call(p.connectGetCapabilities, undefined, options)).capabilities;
  }

  /** `connect_get_domain_capabilities`, since libvirt 1.2.7. */
  async connectGetDomainCapabilities(emulatorbin: string | null, arch: string | null, machine: string | null, virttype: string | null, flags = 0, options?: CallOptions): Promise<string> {
    return (await this.call(p.connectGetDomainCapabilities, { emulatorbin, arch, machine, virttype, flags }, options)).capabilities;
  }

  /** `connect_baseline_hypervisor_cpu`, since libvirt 4.4.0. */
  async connectBaselineHypervisorCpu(emulator: string | null, arch: string | null, machine: string | null, virttype: string | null, xmlCpus: readonly string[], flags = 0, options?: CallOptions): Promise<string> {
    return (await this.call(p.connectBaselineHypervisorCpu, { emulator, arch, machine, virttype, xmlCpus, flags }, options)).cpu;
  }

  /** `connect_compare_cpu`, since libvirt 0.7.5. */
  async connectCompareCpu(xml: string, flags = 0, options?: CallOptions): Promise<number> {
    return (await this.call(p.connectCompareCpu, { xml, flags }, options)).result;
  }

  /** `connect_compare_hypervisor_cpu`, since libvirt 4.4.0. */
  async connectCompareHypervisorCpu(emulator: string | null, arch: string | null, machine: string | null, virttype: string | null, xmlCpu: string, flags = 0, options?: CallOptions): Promise<number> {
    return (await this.call(p.connectCompareHypervisorCpu, { emulator, arch, machine, virttype, xmlCpu, flags }, options)).result;
  }

  /** `connect_get_cpu_model_names`, since libvirt 1.1.3. */
  async connectGetCpuModelNames(arch: string, flags = 0, options?: CallOptions): Promise<readonly string[]> {
    return (await this.call(p.connectGetCpuModelNames, { arch, needResults: true, flags }, options)).models;
  }

  /** `connect_get_max_vcpus`, since libvirt 0.2.1. */
  async connectGetMaxVcpus(type: string | null, options?: CallOptions): Promise<number> {
    return (await this.call(p.connectGetMaxVcpus, { type }, options)).maxVcpus;
  }

  /** `connect_is_secure`, since libvirt 0.7.3. */
  async connectIsSecure(options?: CallOptions): Promise<boolean> {
    return (await this.call(p.connectIsSecure, undefined, options)).secure;
  }

  /** `node_get_cpu_stats`, since libvirt 0.9.3. */
  async nodeGetCpuStats(cpuNum: number, flags = 0, options?: CallOptions): Promise<Record<string, bigint>> {
    return fromCounters(await this.counted(p.nodeGetCpuStats, (nparams) => ({ cpuNum, nparams, flags }), options));
  }

  /** `node_get_memory_stats`, since libvirt 0.9.3. */
  async nodeGetMemoryStats(cellNum: number, flags = 0, options?: CallOptions): Promise<Record<string, bigint>> {
    return fromCounters(await this.counted(p.nodeGetMemoryStats, (nparams) => ({ nparams, cellNum, flags }), options));
  }

  /** `node_get_free_memory`, since libvirt 0.3.3. */
  async nodeGetFreeMemory(options?: CallOptions): Promise<bigint> {
    return (await this.call(p.nodeGetFreeMemory, undefined, options)).freeMem;
  }

  /** `node_get_cells_free_memory`, since libvirt 0.3.3. */
  async nodeGetCellsFreeMemory(startCell: number, maxcells: number, options?: CallOptions): Promise<readonly bigint[]> {
    return (await this.call(p.nodeGetCellsFreeMemory, { startCell, maxcells }, options)).cells;
  }

  /** `node_get_free_pages`, since libvirt 1.2.6. */
  async nodeGetFreePages(pages: readonly number[], startCell: number, cellCount: number, flags = 0, options?: CallOptions): Promise<readonly bigint[]> {
    return (await this.call(p.nodeGetFreePages, { pages, startCell, cellCount, flags }, options)).counts;
  }

  /** `node_get_sev_info`, since libvirt 4.5.0. */
  async nodeGetSevInfo(flags = 0, options?: CallOptions): Promise<TypedParams> {
    return fromTypedParams(await this.counted(p.nodeGetSevInfo, (nparams) => ({ nparams, flags: flags | 4 }), options));
  }

  /** `connect_list_all_domains`, since libvirt 0.9.13. */
  async connectListAllDomains(flags = 0, options?: CallOptions): Promise<readonly Domain[]> {
    return (await this.call(p.connectListAllDomains, { needResults: true, flags }, options)).domains;
  }

  /** `connect_num_of_domains`, since libvirt 0.0.3. */
  async connectNumOfDomains(options?: CallOptions): Promise<number> {
    return (await this.call(p.connectNumOfDomains, undefined, options)).num;
  }

  /** `domain_lookup_by_id`, since libvirt 0.0.3. */
  async domainLookupById(id: number, options?: CallOptions): Promise<Domain> {
    return (await this.call(p.domainLookupById, { id }, options)).dom;
  }

  /** `domain_lookup_by_name`, since libvirt 0.0.3. */
  async domainLookupByName(name: string, options?: CallOptions): Promise<Domain> {
    return (await this.call(p.domainLookupByName, { name }, options)).dom;
  }

  /** `domain_lookup_by_uuid`, since libvirt 0.0.5. */
  async domainLookupByUuid(uuid: string, options?: CallOptions): Promise<Domain> {
    return (await this.call(p.domainLookupByUuid, { uuid }, options)).dom;
  }

  /** `domain_define_xml_flags`, since libvirt 1.2.12. */
  async domainDefineXmlFlags(xml: string, flags = 0, options?: CallOptions): Promise<Domain> {
    return (await this.call(p.domainDefineXmlFlags, { xml, flags }, options)).dom;
  }

  /** `domain_create_with_flags`, since libvirt 0.8.2. */
  async domainCreateWithFlags(dom: Domain, flags = 0, options?: CallOptions): Promise<Domain> {
    return (await this.call(p.domainCreateWithFlags, { dom, flags }, options)).dom;
  }

  /** `domain_create_xml`, since libvirt 0.5.0. */
  async domainCreateXml(xmlDesc: string, flags = 0, options?: CallOptions): Promise<Domain> {
    return (await this.call(p.domainCreateXml, { xmlDesc, flags }, options)).dom;
  }

  /** `domain_destroy_flags`, since libvirt 0.9.4. */
  async domainDestroyFlags(dom: Domain, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainDestroyFlags, { dom, flags }, options);
  }

  /** `domain_shutdown_flags`, since libvirt 0.9.10. */
  async domainShutdownFlags(dom: Domain, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainShutdownFlags, { dom, flags }, options);
  }

  /** `domain_reboot`, since libvirt 0.1.0. */
  async domainReboot(dom: Domain, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainReboot, { dom, flags }, options);
  }

  /** `domain_reset`, since libvirt 0.9.7. */
  async domainReset(dom: Domain, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainReset, { dom, flags }, options);
  }

  /** `domain_suspend`, since libvirt 0.0.3. */
  async domainSuspend(dom: Domain, options?: CallOptions): Promise<void> {
    await this.call(p.domainSuspend, { dom }, options);
  }

  /** `domain_resume`, since libvirt 0.0.3. */
  async domainResume(dom: Domain, options?: CallOptions): Promise<void> {
    await this.call(p.domainResume, { dom }, options);
  }

  /** `domain_pm_suspend_for_duration`, since libvirt 0.9.10. */
  async domainPmSuspendForDuration(dom: Domain, target: number, duration: bigint, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainPmSuspendForDuration, { dom, target, duration, flags }, options);
  }

  /** `domain_pm_wakeup`, since libvirt 0.9.11. */
  async domainPmWakeup(dom: Domain, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainPmWakeup, { dom, flags }, options);
  }

  /** `domain_managed_save`, since libvirt 0.8.0. */
  async domainManagedSave(dom: Domain, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainManagedSave, { dom, flags }, options);
  }

  /** `domain_managed_save_remove`, since libvirt 0.8.0. */
  async domainManagedSaveRemove(dom: Domain, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainManagedSaveRemove, { dom, flags }, options);
  }

  /** `domain_has_managed_save_image`, since libvirt 0.8.0. */
  async domainHasManagedSaveImage(dom: Domain, flags = 0, options?: CallOptions): Promise<boolean> {
    return (await this.call(p.domainHasManagedSaveImage, { dom, flags }, options)).result;
  }

  /** `domain_managed_save_get_xml_desc`, since libvirt 3.7.0. */
  async domainManagedSaveGetXmlDesc(dom: Domain, flags = 0, options?: CallOptions): Promise<string> {
    return (await this.call(p.domainManagedSaveGetXmlDesc, { dom, flags }, options)).xml;
  }

  /** `domain_managed_save_define_xml`, since libvirt 3.7.0. */
  async domainManagedSaveDefineXml(dom: Domain, dxml: string | null, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainManagedSaveDefineXml, { dom, dxml, flags }, options);
  }

  /** `domain_undefine_flags`, since libvirt 0.9.4. */
  async domainUndefineFlags(dom: Domain, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainUndefineFlags, { dom, flags }, options);
  }

  /** `domain_set_autostart`, since libvirt 0.2.1. */
  async domainSetAutostart(dom: Domain, autostart: boolean, options?: CallOptions): Promise<void> {
    await this.call(p.domainSetAutostart, { dom, autostart }, options);
  }

  /** `domain_get_autostart`, since libvirt 0.2.1. */
  async domainGetAutostart(dom: Domain, options?: CallOptions): Promise<boolean> {
    return (await this.call(p.domainGetAutostart, { dom }, options)).autostart;
  }

  /** `domain_rename`, since libvirt 1.2.19. */
  async domainRename(dom: Domain, newName: string | null, flags = 0, options?: CallOptions): Promise<number> {
    return (await this.call(p.domainRename, { dom, newName, flags }, options)).retcode;
  }

  /** `domain_core_dump_with_format`, since libvirt 1.2.3. */
  async domainCoreDumpWithFormat(dom: Domain, to: string, dumpformat: number, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainCoreDumpWithFormat, { dom, to, dumpformat, flags }, options);
  }

  /** `domain_inject_nmi`, since libvirt 0.9.2. */
  async domainInjectNmi(dom: Domain, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainInjectNmi, { dom, flags }, options);
  }

  /** `domain_get_xml_desc`, since libvirt 0.0.3. */
  async domainGetXmlDesc(dom: Domain, flags = 0, options?: CallOptions): Promise<string> {
    return (await this.call(p.domainGetXmlDesc, { dom, flags }, options)).xml;
  }

  /** `domain_get_info`, since libvirt 0.0.3. */
  async domainGetInfo(dom: Domain, options?: CallOptions): Promise<{ readonly state: number; readonly maxMem: bigint; readonly memory: bigint; readonly nrVirtCpu: number; readonly cpuTime: bigint }> {
    return await this.call(p.domainGetInfo, { dom }, options);
  }

  /** `domain_get_state`, since libvirt 0.9.2. */
  async domainGetState(dom: Domain, flags = 0, options?: CallOptions): Promise<{ readonly state: number; readonly reason: number }> {
    return await this.call(p.domainGetState, { dom, flags }, options);
  }

  /** `domain_is_active`, since libvirt 0.7.3. */
  async domainIsActive(dom: Domain, options?: CallOptions): Promise<boolean> {
    return (await this.call(p.domainIsActive, { dom }, options)).active;
  }

  /** `domain_is_persistent`, since libvirt 0.7.3. */
  async domainIsPersistent(dom: Domain, options?: CallOptions): Promise<boolean> {
    return (await this.call(p.domainIsPersistent, { dom }, options)).persistent;
  }

  /** `domain_get_control_info`, since libvirt 0.9.3. */
  async domainGetControlInfo(dom: Domain, flags = 0, options?: CallOptions): Promise<{ readonly state: number; readonly details: number; readonly stateTime: bigint }> {
    return await this.call(p.domainGetControlInfo, { dom, flags }, options);
  }

  /** `domain_block_peek`, since libvirt 0.4.2. */
  async domainBlockPeek(dom: Domain, path: string, offset: bigint, size: number, flags = 0, options?: CallOptions): Promise<Uint8Array> {
    return (await this.call(p.domainBlockPeek, { dom, path, offset, size, flags }, options)).buffer;
  }

  /** `domain_block_stats`, since libvirt 0.3.2. */
  async domainBlockStats(dom: Domain, path: string, options?: CallOptions): Promise<{ readonly rdReq: bigint; readonly rdBytes: bigint; readonly wrReq: bigint; readonly wrBytes: bigint; readonly errs: bigint }> {
    return await this.call(p.domainBlockStats, { dom, path }, options);
  }

  /** `domain_block_stats_flags`, since libvirt 0.9.5. */
  async domainBlockStatsFlags(dom: Domain, path: string, flags = 0, options?: CallOptions): Promise<TypedParams> {
    return fromTypedParams(await this.counted(p.domainBlockStatsFlags, (nparams) => ({ dom, path, nparams, flags: flags | 4 }), options));
  }

  /** `domain_get_block_info`, since libvirt 0.8.1. */
  async domainGetBlockInfo(dom: Domain, path: string, flags = 0, options?: CallOptions): Promise<{ readonly allocation: bigint; readonly capacity: bigint; readonly physical: bigint }> {
    return await this.call(p.domainGetBlockInfo, { dom, path, flags }, options);
  }

  /** `domain_interface_stats`, since libvirt 0.3.2. */
  async domainInterfaceStats(dom: Domain, device: string, options?: CallOptions): Promise<{ readonly rxBytes: bigint; readonly rxPackets: bigint; readonly rxErrs: bigint; readonly rxDrop: bigint; readonly txBytes: bigint; readonly txPackets: bigint; readonly txErrs: bigint; readonly txDrop: bigint }> {
    return await this.call(p.domainInterfaceStats, { dom, device }, options);
  }

  /** `domain_interface_addresses`, since libvirt 1.2.14. */
  async domainInterfaceAddresses(dom: Domain, source: number, flags = 0, options?: CallOptions): Promise<readonly DomainInterface[]> {
    return (await this.call(p.domainInterfaceAddresses, { dom, source, flags }, options)).ifaces;
  }

  /** `domain_memory_stats`, since libvirt 0.7.5. */
  async domainMemoryStats(dom: Domain, maxStats: number, flags = 0, options?: CallOptions): Promise<readonly DomainMemoryStat[]> {
    return (await this.call(p.domainMemoryStats, { dom, maxStats, flags }, options)).stats;
  }

  /** `domain_get_vcpus`, since libvirt 0.1.4. */
  async domainGetVcpus(dom: Domain, maxinfo: number, maplen: number, options?: CallOptions): Promise<{ readonly info: readonly VcpuInfo[]; readonly cpumaps: Uint8Array }> {
    return await this.call(p.domainGetVcpus, { dom, maxinfo, maplen }, options);
  }

  /** `domain_get_vcpu_pin_info`, since libvirt 0.9.3. */
  async domainGetVcpuPinInfo(dom: Domain, ncpumaps: number, maplen: number, flags = 0, options?: CallOptions): Promise<{ readonly cpumaps: Uint8Array; readonly num: number }> {
    return await this.call(p.domainGetVcpuPinInfo, { dom, ncpumaps, maplen, flags }, options);
  }

  /** `domain_get_fsinfo`, since libvirt 1.2.11. */
  async domainGetFsinfo(dom: Domain, flags = 0, options?: CallOptions): Promise<readonly DomainFsinfo[]> {
    return (await this.call(p.domainGetFsinfo, { dom, flags }, options)).info;
  }

  /** `domain_get_guest_info`, since libvirt 5.7.0. */
  async domainGetGuestInfo(dom: Domain, types: number, flags = 0, options?: CallOptions): Promise<TypedParams> {
    return fromTypedParams((await this.call(p.domainGetGuestInfo, { dom, types, flags }, options)).params);
  }

  /** `domain_get_disk_errors`, since libvirt 0.9.10. */
  async domainGetDiskErrors(dom: Domain, maxerrors: number, flags = 0, options?: CallOptions): Promise<readonly DomainDiskError[]> {
    return (await this.call(p.domainGetDiskErrors, { dom, maxerrors, flags }, options)).errors;
  }

  /** `domain_get_metadata`, since libvirt 0.9.10. */
  async domainGetMetadata(dom: Domain, type: number, uri: string | null, flags = 0, options?: CallOptions): Promise<string> {
    return (await this.call(p.domainGetMetadata, { dom, type, uri, flags }, options)).metadata;
  }

  /** `domain_set_metadata`, since libvirt 0.9.10. */
  async domainSetMetadata(dom: Domain, type: number, metadata: string | null, key: string | null, uri: string | null, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainSetMetadata, { dom, type, metadata, key, uri, flags }, options);
  }

  /** `domain_attach_device_flags`, since libvirt 0.7.7. */
  async domainAttachDeviceFlags(dom: Domain, xml: string, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainAttachDeviceFlags, { dom, xml, flags }, options);
  }

  /** `domain_detach_device_flags`, since libvirt 0.7.7. */
  async domainDetachDeviceFlags(dom: Domain, xml: string, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainDetachDeviceFlags, { dom, xml, flags }, options);
  }

  /** `domain_detach_device_alias`, since libvirt 4.4.0. */
  async domainDetachDeviceAlias(dom: Domain, alias: string, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainDetachDeviceAlias, { dom, alias, flags }, options);
  }

  /** `domain_update_device_flags`, since libvirt 0.8.0. */
  async domainUpdateDeviceFlags(dom: Domain, xml: string, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainUpdateDeviceFlags, { dom, xml, flags }, options);
  }

  /** `domain_set_vcpus_flags`, since libvirt 0.8.5. */
  async domainSetVcpusFlags(dom: Domain, nvcpus: number, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainSetVcpusFlags, { dom, nvcpus, flags }, options);
  }

  /** `domain_get_vcpus_flags`, since libvirt 0.8.5. */
  async domainGetVcpusFlags(dom: Domain, flags = 0, options?: CallOptions): Promise<number> {
    return (await this.call(p.domainGetVcpusFlags, { dom, flags }, options)).num;
  }

  /** `domain_pin_vcpu_flags`, since libvirt 0.9.3. */
  async domainPinVcpuFlags(dom: Domain, vcpu: number, cpumap: Uint8Array, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainPinVcpuFlags, { dom, vcpu, cpumap, flags }, options);
  }

  /** `domain_pin_emulator`, since libvirt 0.10.0. */
  async domainPinEmulator(dom: Domain, cpumap: Uint8Array, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainPinEmulator, { dom, cpumap, flags }, options);
  }

  /** `domain_set_memory_flags`, since libvirt 0.9.0. */
  async domainSetMemoryFlags(dom: Domain, memory: bigint, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainSetMemoryFlags, { dom, memory, flags }, options);
  }

  /** `domain_set_memory_stats_period`, since libvirt 1.1.1. */
  async domainSetMemoryStatsPeriod(dom: Domain, period: number, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainSetMemoryStatsPeriod, { dom, period, flags }, options);
  }

  /** `domain_set_block_io_tune`, since libvirt 0.9.8. */
  async domainSetBlockIoTune(dom: Domain, disk: string, params: TypedParamsInput, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainSetBlockIoTune, { dom, disk, params: toTypedParams(params), flags }, options);
  }

  /** `domain_get_block_io_tune`, since libvirt 0.9.8. */
  async domainGetBlockIoTune(dom: Domain, disk: string | null, flags = 0, options?: CallOptions): Promise<TypedParams> {
    return fromTypedParams(await this.counted(p.domainGetBlockIoTune, (nparams) => ({ dom, disk, nparams, flags: flags | 4 }), options));
  }

  /** `domain_set_interface_parameters`, since libvirt 0.9.9. */
  async domainSetInterfaceParameters(dom: Domain, device: string, params: TypedParamsInput, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainSetInterfaceParameters, { dom, device, params: toTypedParams(params), flags }, options);
  }

  /** `domain_get_interface_parameters`, since libvirt 0.9.9. */
  async domainGetInterfaceParameters(dom: Domain, device: string, flags = 0, options?: CallOptions): Promise<TypedParams> {
    return fromTypedParams(await this.counted(p.domainGetInterfaceParameters, (nparams) => ({ dom, device, nparams, flags: flags | 4 }), options));
  }

  /** `domain_set_scheduler_parameters_flags`, since libvirt 0.9.2. */
  async domainSetSchedulerParametersFlags(dom: Domain, params: TypedParamsInput, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainSetSchedulerParametersFlags, { dom, params: toTypedParams(params), flags }, options);
  }

  /** `domain_set_numa_parameters`, since libvirt 0.9.9. */
  async domainSetNumaParameters(dom: Domain, params: TypedParamsInput, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainSetNumaParameters, { dom, params: toTypedParams(params), flags }, options);
  }

  /** `domain_set_blkio_parameters`, since libvirt 0.9.0. */
  async domainSetBlkioParameters(dom: Domain, params: TypedParamsInput, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainSetBlkioParameters, { dom, params: toTypedParams(params), flags }, options);
  }

  /** `domain_set_iothread_params`, since libvirt 4.10.0. */
  async domainSetIothreadParams(dom: Domain, iothreadId: number, params: TypedParamsInput, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainSetIothreadParams, { dom, iothreadId, params: toTypedParams(params), flags }, options);
  }

  /** `domain_block_resize`, since libvirt 0.9.8. */
  async domainBlockResize(dom: Domain, disk: string, size: bigint, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainBlockResize, { dom, disk, size, flags }, options);
  }

  /** `domain_set_block_threshold`, since libvirt 3.1.0. */
  async domainSetBlockThreshold(dom: Domain, dev: string, threshold: bigint, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainSetBlockThreshold, { dom, dev, threshold, flags }, options);
  }

  /** `domain_block_commit`, since libvirt 0.10.2. */
  async domainBlockCommit(dom: Domain, disk: string, base: string | null, top: string | null, bandwidth: bigint, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainBlockCommit, { dom, disk, base, top, bandwidth, flags }, options);
  }

  /** `domain_block_copy`, since libvirt 1.2.8. */
  async domainBlockCopy(dom: Domain, path: string, destxml: string, params: TypedParamsInput, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainBlockCopy, { dom, path, destxml, params: toTypedParams(params), flags }, options);
  }

  /** `domain_block_rebase`, since libvirt 0.9.10. */
  async domainBlockRebase(dom: Domain, path: string, base: string | null, bandwidth: bigint, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainBlockRebase, { dom, path, base, bandwidth, flags }, options);
  }

  /** `domain_block_pull`, since libvirt 0.9.4. */
  async domainBlockPull(dom: Domain, path: string, bandwidth: bigint, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainBlockPull, { dom, path, bandwidth, flags }, options);
  }

  /** `domain_get_block_job_info`, since libvirt 0.9.4. */
  async domainGetBlockJobInfo(dom: Domain, path: string, flags = 0, options?: CallOptions): Promise<{ readonly found: boolean; readonly type: number; readonly bandwidth: bigint; readonly cur: bigint; readonly end: bigint }> {
    return await this.call(p.domainGetBlockJobInfo, { dom, path, flags }, options);
  }

  /** `domain_block_job_abort`, since libvirt 0.9.4. */
  async domainBlockJobAbort(dom: Domain, path: string, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainBlockJobAbort, { dom, path, flags }, options);
  }

  /** `domain_block_job_set_speed`, since libvirt 0.9.4. */
  async domainBlockJobSetSpeed(dom: Domain, path: string, bandwidth: bigint, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainBlockJobSetSpeed, { dom, path, bandwidth, flags }, options);
  }

  /** `domain_snapshot_create_xml`, since libvirt 0.8.0. */
  async domainSnapshotCreateXml(dom: Domain, xmlDesc: string, flags = 0, options?: CallOptions): Promise<DomainSnapshot> {
    return (await this.call(p.domainSnapshotCreateXml, { dom, xmlDesc, flags }, options)).snap;
  }

  /** `domain_snapshot_delete`, since libvirt 0.8.0. */
  async domainSnapshotDelete(snap: DomainSnapshot, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainSnapshotDelete, { snap, flags }, options);
  }

  /** `domain_snapshot_lookup_by_name`, since libvirt 0.8.0. */
  async domainSnapshotLookupByName(dom: Domain, name: string, flags = 0, options?: CallOptions): Promise<DomainSnapshot> {
    return (await this.call(p.domainSnapshotLookupByName, { dom, name, flags }, options)).snap;
  }

  /** `domain_list_all_snapshots`, since libvirt 0.9.13. */
  async domainListAllSnapshots(dom: Domain, flags = 0, options?: CallOptions): Promise<readonly DomainSnapshot[]> {
    return (await this.call(p.domainListAllSnapshots, { dom, needResults: true, flags }, options)).snapshots;
  }

  /** `domain_snapshot_get_xml_desc`, since libvirt 0.8.0. */
  async domainSnapshotGetXmlDesc(snap: DomainSnapshot, flags = 0, options?: CallOptions): Promise<string> {
    return (await this.call(p.domainSnapshotGetXmlDesc, { snap, flags }, options)).xml;
  }

  /** `domain_revert_to_snapshot`, since libvirt 0.8.0. */
  async domainRevertToSnapshot(snap: DomainSnapshot, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainRevertToSnapshot, { snap, flags }, options);
  }

  /** `domain_backup_begin`, since libvirt 6.0.0. */
  async domainBackupBegin(dom: Domain, backupXml: string, checkpointXml: string | null, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainBackupBegin, { dom, backupXml, checkpointXml, flags }, options);
  }

  /** `domain_backup_get_xml_desc`, since libvirt 6.0.0. */
  async domainBackupGetXmlDesc(dom: Domain, flags = 0, options?: CallOptions): Promise<string> {
    return (await this.call(p.domainBackupGetXmlDesc, { dom, flags }, options)).xml;
  }

  /** `domain_checkpoint_create_xml`, since libvirt 5.6.0. */
  async domainCheckpointCreateXml(dom: Domain, xmlDesc: string, flags = 0, options?: CallOptions): Promise<DomainCheckpoint> {
    return (await this.call(p.domainCheckpointCreateXml, { dom, xmlDesc, flags }, options)).checkpoint;
  }

  /** `domain_checkpoint_delete`, since libvirt 5.6.0. */
  async domainCheckpointDelete(checkpoint: DomainCheckpoint, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainCheckpointDelete, { checkpoint, flags }, options);
  }

  /** `domain_migrate_set_max_downtime`, since libvirt 0.8.0. */
  async domainMigrateSetMaxDowntime(dom: Domain, downtime: bigint, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainMigrateSetMaxDowntime, { dom, downtime, flags }, options);
  }

  /** `domain_migrate_get_max_downtime`, since libvirt 3.7.0. */
  async domainMigrateGetMaxDowntime(dom: Domain, flags = 0, options?: CallOptions): Promise<bigint> {
    return (await this.call(p.domainMigrateGetMaxDowntime, { dom, flags }, options)).downtime;
  }

  /** `domain_migrate_set_max_speed`, since libvirt 0.9.0. */
  async domainMigrateSetMaxSpeed(dom: Domain, bandwidth: bigint, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainMigrateSetMaxSpeed, { dom, bandwidth, flags }, options);
  }

  /** `domain_migrate_get_max_speed`, since libvirt 0.9.5. */
  async domainMigrateGetMaxSpeed(dom: Domain, flags = 0, options?: CallOptions): Promise<bigint> {
    return (await this.call(p.domainMigrateGetMaxSpeed, { dom, flags }, options)).bandwidth;
  }

  /** `domain_migrate_set_compression_cache`, since libvirt 1.0.3. */
  async domainMigrateSetCompressionCache(dom: Domain, cacheSize: bigint, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainMigrateSetCompressionCache, { dom, cacheSize, flags }, options);
  }

  /** `domain_migrate_start_post_copy`, since libvirt 1.3.3. */
  async domainMigrateStartPostCopy(dom: Domain, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainMigrateStartPostCopy, { dom, flags }, options);
  }

  /** `domain_get_job_info`, since libvirt 0.7.7. */
  async domainGetJobInfo(dom: Domain, options?: CallOptions): Promise<{ readonly type: number; readonly timeElapsed: bigint; readonly timeRemaining: bigint; readonly dataTotal: bigint; readonly dataProcessed: bigint; readonly dataRemaining: bigint; readonly memTotal: bigint; readonly memProcessed: bigint; readonly memRemaining: bigint; readonly fileTotal: bigint; readonly fileProcessed: bigint; readonly fileRemaining: bigint }> {
    return await this.call(p.domainGetJobInfo, { dom }, options);
  }

  /** `domain_get_job_stats`, since libvirt 1.0.3. */
  async domainGetJobStats(dom: Domain, flags = 0, options?: CallOptions): Promise<{ readonly type: number; readonly params: TypedParams }> {
    const result = await this.call(p.domainGetJobStats, { dom, flags }, options);
    return { ...result, params: fromTypedParams(result.params) };
  }

  /** `domain_abort_job`, since libvirt 0.7.7. */
  async domainAbortJob(dom: Domain, options?: CallOptions): Promise<void> {
    await this.call(p.domainAbortJob, { dom }, options);
  }

  /** `domain_abort_job_flags`, since libvirt 8.5.0. */
  async domainAbortJobFlags(dom: Domain, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainAbortJobFlags, { dom, flags }, options);
  }

  /** `domain_set_user_password`, since libvirt 1.2.16. */
  async domainSetUserPassword(dom: Domain, user: string | null, password: string | null, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainSetUserPassword, { dom, user, password, flags }, options);
  }

  /** `domain_fsfreeze`, since libvirt 1.2.5. */
  async domainFsfreeze(dom: Domain, mountpoints: readonly string[], flags = 0, options?: CallOptions): Promise<number> {
    return (await this.call(p.domainFsfreeze, { dom, mountpoints, flags }, options)).filesystems;
  }

  /** `domain_fsthaw`, since libvirt 1.2.5. */
  async domainFsthaw(dom: Domain, mountpoints: readonly string[], flags = 0, options?: CallOptions): Promise<number> {
    return (await this.call(p.domainFsthaw, { dom, mountpoints, flags }, options)).filesystems;
  }

  /** `domain_fstrim`, since libvirt 1.0.1. */
  async domainFstrim(dom: Domain, mountPoint: string | null, minimum: bigint, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainFstrim, { dom, mountPoint, minimum, flags }, options);
  }

  /** `domain_get_time`, since libvirt 1.2.5. */
  async domainGetTime(dom: Domain, flags = 0, options?: CallOptions): Promise<{ readonly seconds: bigint; readonly nseconds: number }> {
    return await this.call(p.domainGetTime, { dom, flags }, options);
  }

  /** `domain_set_time`, since libvirt 1.2.5. */
  async domainSetTime(dom: Domain, seconds: bigint, nseconds: number, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainSetTime, { dom, seconds, nseconds, flags }, options);
  }

  /** `domain_send_key`, since libvirt 0.9.3. */
  async domainSendKey(dom: Domain, codeset: number, holdtime: number, keycodes: readonly number[], flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainSendKey, { dom, codeset, holdtime, keycodes, flags }, options);
  }

  /** `domain_get_hostname`, since libvirt 0.10.0. */
  async domainGetHostname(dom: Domain, flags = 0, options?: CallOptions): Promise<string> {
    return (await this.call(p.domainGetHostname, { dom, flags }, options)).hostname;
  }

  /** `domain_set_guest_vcpus`, since libvirt 2.0.0. */
  async domainSetGuestVcpus(dom: Domain, cpumap: string, state: number, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainSetGuestVcpus, { dom, cpumap, state, flags }, options);
  }

  /** `domain_authorized_ssh_keys_set`, since libvirt 6.10.0. */
  async domainAuthorizedSshKeysSet(dom: Domain, user: string, keys: readonly string[], flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.domainAuthorizedSshKeysSet, { dom, user, keys, flags }, options);
  }

  /** `domain_authorized_ssh_keys_get`, since libvirt 6.10.0. */
  async domainAuthorizedSshKeysGet(dom: Domain, user: string, flags = 0, options?: CallOptions): Promise<readonly string[]> {
    return (await this.call(p.domainAuthorizedSshKeysGet, { dom, user, flags }, options)).keys;
  }

  /** `domain_open_console`, since libvirt 0.8.6. */
  async domainOpenConsole(dom: Domain, devName: string | null, flags = 0, options?: CallOptions): Promise<LibvirtStream> {
    return (await this.open(p.domainOpenConsole, { dom, devName, flags }, options)).stream;
  }

  /** `domain_open_channel`, since libvirt 1.0.2. */
  async domainOpenChannel(dom: Domain, name: string | null, flags = 0, options?: CallOptions): Promise<LibvirtStream> {
    return (await this.open(p.domainOpenChannel, { dom, name, flags }, options)).stream;
  }

  /** `domain_screenshot`, since libvirt 0.9.2. */
  async domainScreenshot(dom: Domain, screen: number, flags = 0, options?: CallOptions): Promise<{ mime: string | null; stream: LibvirtStream }> {
    const { result, stream } = await this.open(p.domainScreenshot, { dom, screen, flags }, options);
    return { mime: result.mime, stream };
  }

  /** `storage_vol_upload`, since libvirt 0.9.0. */
  async storageVolUpload(vol: StorageVol, offset: bigint, length: bigint, flags = 0, options?: CallOptions): Promise<LibvirtStream> {
    return (await this.open(p.storageVolUpload, { vol, offset, length, flags }, options)).stream;
  }

  /** `storage_vol_download`, since libvirt 0.9.0. */
  async storageVolDownload(vol: StorageVol, offset: bigint, length: bigint, flags = 0, options?: CallOptions): Promise<LibvirtStream> {
    return (await this.open(p.storageVolDownload, { vol, offset, length, flags }, options)).stream;
  }

  /** `nwfilter_define_xml`, since libvirt 0.8.0. */
  async nwfilterDefineXml(xml: string, options?: CallOptions): Promise<Nwfilter> {
    return (await this.call(p.nwfilterDefineXml, { xml }, options)).nwfilter;
  }

  /** `nwfilter_lookup_by_name`, since libvirt 0.8.0. */
  async nwfilterLookupByName(name: string, options?: CallOptions): Promise<Nwfilter> {
    return (await this.call(p.nwfilterLookupByName, { name }, options)).nwfilter;
  }

  /** `nwfilter_lookup_by_uuid`, since libvirt 0.8.0. */
  async nwfilterLookupByUuid(uuid: string, options?: CallOptions): Promise<Nwfilter> {
    return (await this.call(p.nwfilterLookupByUuid, { uuid }, options)).nwfilter;
  }

  /** `nwfilter_undefine`, since libvirt 0.8.0. */
  async nwfilterUndefine(nwfilter: Nwfilter, options?: CallOptions): Promise<void> {
    await this.call(p.nwfilterUndefine, { nwfilter }, options);
  }

  /** `nwfilter_get_xml_desc`, since libvirt 0.8.0. */
  async nwfilterGetXmlDesc(nwfilter: Nwfilter, flags = 0, options?: CallOptions): Promise<string> {
    return (await this.call(p.nwfilterGetXmlDesc, { nwfilter, flags }, options)).xml;
  }

  /** `connect_list_all_nwfilters`, since libvirt 0.10.2. */
  async connectListAllNwfilters(flags = 0, options?: CallOptions): Promise<readonly Nwfilter[]> {
    return (await this.call(p.connectListAllNwfilters, { needResults: true, flags }, options)).filters;
  }

  /** `network_lookup_by_name`, since libvirt 0.2.0. */
  async networkLookupByName(name: string, options?: CallOptions): Promise<Network> {
    return (await this.call(p.networkLookupByName, { name }, options)).net;
  }

  /** `network_lookup_by_uuid`, since libvirt 0.2.0. */
  async networkLookupByUuid(uuid: string, options?: CallOptions): Promise<Network> {
    return (await this.call(p.networkLookupByUuid, { uuid }, options)).net;
  }

  /** `network_create_xml`, since libvirt 0.2.0. */
  async networkCreateXml(xml: string, options?: CallOptions): Promise<Network> {
    return (await this.call(p.networkCreateXml, { xml }, options)).net;
  }

  /** `network_define_xml`, since libvirt 0.2.0. */
  async networkDefineXml(xml: string, options?: CallOptions): Promise<Network> {
    return (await this.call(p.networkDefineXml, { xml }, options)).net;
  }

  /** `network_create`, since libvirt 0.2.0. */
  async networkCreate(net: Network, options?: CallOptions): Promise<void> {
    await this.call(p.networkCreate, { net }, options);
  }

  /** `network_destroy`, since libvirt 0.2.0. */
  async networkDestroy(net: Network, options?: CallOptions): Promise<void> {
    await this.call(p.networkDestroy, { net }, options);
  }

  /** `network_undefine`, since libvirt 0.2.0. */
  async networkUndefine(net: Network, options?: CallOptions): Promise<void> {
    await this.call(p.networkUndefine, { net }, options);
  }

  /** `network_get_xml_desc`, since libvirt 0.2.0. */
  async networkGetXmlDesc(net: Network, flags = 0, options?: CallOptions): Promise<string> {
    return (await this.call(p.networkGetXmlDesc, { net, flags }, options)).xml;
  }

  /** `network_get_bridge_name`, since libvirt 0.2.0. */
  async networkGetBridgeName(net: Network, options?: CallOptions): Promise<string> {
    return (await this.call(p.networkGetBridgeName, { net }, options)).name;
  }

  /** `network_is_active`, since libvirt 0.7.3. */
  async networkIsActive(net: Network, options?: CallOptions): Promise<boolean> {
    return (await this.call(p.networkIsActive, { net }, options)).active;
  }

  /** `network_get_dhcp_leases`, since libvirt 1.2.6. */
  async networkGetDhcpLeases(net: Network, mac: string | null, flags = 0, options?: CallOptions): Promise<readonly NetworkDhcpLease[]> {
    return (await this.call(p.networkGetDhcpLeases, { net, mac, needResults: true, flags }, options)).leases;
  }

  /** `network_set_autostart`, since libvirt 0.2.1. */
  async networkSetAutostart(net: Network, autostart: boolean, options?: CallOptions): Promise<void> {
    await this.call(p.networkSetAutostart, { net, autostart }, options);
  }

  /** `connect_list_all_networks`, since libvirt 0.10.2. */
  async connectListAllNetworks(flags = 0, options?: CallOptions): Promise<readonly Network[]> {
    return (await this.call(p.connectListAllNetworks, { needResults: true, flags }, options)).nets;
  }

  /** `connect_list_all_interfaces`, since libvirt 0.10.2. */
  async connectListAllInterfaces(flags = 0, options?: CallOptions): Promise<readonly Interface[]> {
    return (await this.call(p.connectListAllInterfaces, { needResults: true, flags }, options)).ifaces;
  }

  /** `interface_lookup_by_name`, since libvirt 0.6.4. */
  async interfaceLookupByName(name: string, options?: CallOptions): Promise<Interface> {
    return (await this.call(p.interfaceLookupByName, { name }, options)).iface;
  }

  /** `interface_lookup_by_mac_string`, since libvirt 0.6.4. */
  async interfaceLookupByMacString(mac: string, options?: CallOptions): Promise<Interface> {
    return (await this.call(p.interfaceLookupByMacString, { mac }, options)).iface;
  }

  /** `interface_get_xml_desc`, since libvirt 0.6.4. */
  async interfaceGetXmlDesc(iface: Interface, flags = 0, options?: CallOptions): Promise<string> {
    return (await this.call(p.interfaceGetXmlDesc, { iface, flags }, options)).xml;
  }

  /** `storage_pool_lookup_by_name`, since libvirt 0.4.1. */
  async storagePoolLookupByName(name: string, options?: CallOptions): Promise<StoragePool> {
    return (await this.call(p.storagePoolLookupByName, { name }, options)).pool;
  }

  /** `storage_pool_lookup_by_uuid`, since libvirt 0.4.1. */
  async storagePoolLookupByUuid(uuid: string, options?: CallOptions): Promise<StoragePool> {
    return (await this.call(p.storagePoolLookupByUuid, { uuid }, options)).pool;
  }

  /** `storage_pool_create_xml`, since libvirt 0.4.1. */
  async storagePoolCreateXml(xml: string, flags = 0, options?: CallOptions): Promise<StoragePool> {
    return (await this.call(p.storagePoolCreateXml, { xml, flags }, options)).pool;
  }

  /** `storage_pool_define_xml`, since libvirt 0.4.1. */
  async storagePoolDefineXml(xml: string, flags = 0, options?: CallOptions): Promise<StoragePool> {
    return (await this.call(p.storagePoolDefineXml, { xml, flags }, options)).pool;
  }

  /** `storage_pool_build`, since libvirt 0.4.1. */
  async storagePoolBuild(pool: StoragePool, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.storagePoolBuild, { pool, flags }, options);
  }

  /** `storage_pool_create`, since libvirt 0.4.1. */
  async storagePoolCreate(pool: StoragePool, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.storagePoolCreate, { pool, flags }, options);
  }

  /** `storage_pool_destroy`, since libvirt 0.4.1. */
  async storagePoolDestroy(pool: StoragePool, options?: CallOptions): Promise<void> {
    await this.call(p.storagePoolDestroy, { pool }, options);
  }

  /** `storage_pool_undefine`, since libvirt 0.4.1. */
  async storagePoolUndefine(pool: StoragePool, options?: CallOptions): Promise<void> {
    await this.call(p.storagePoolUndefine, { pool }, options);
  }

  /** `storage_pool_refresh`, since libvirt 0.4.1. */
  async storagePoolRefresh(pool: StoragePool, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.storagePoolRefresh, { pool, flags }, options);
  }

  /** `storage_pool_get_info`, since libvirt 0.4.1. */
  async storagePoolGetInfo(pool: StoragePool, options?: CallOptions): Promise<{ readonly state: number; readonly capacity: bigint; readonly allocation: bigint; readonly available: bigint }> {
    return await this.call(p.storagePoolGetInfo, { pool }, options);
  }

  /** `storage_pool_get_xml_desc`, since libvirt 0.4.1. */
  async storagePoolGetXmlDesc(pool: StoragePool, flags = 0, options?: CallOptions): Promise<string> {
    return (await this.call(p.storagePoolGetXmlDesc, { pool, flags }, options)).xml;
  }

  /** `storage_pool_list_all_volumes`, since libvirt 0.10.2. */
  async storagePoolListAllVolumes(pool: StoragePool, flags = 0, options?: CallOptions): Promise<readonly StorageVol[]> {
    return (await this.call(p.storagePoolListAllVolumes, { pool, needResults: true, flags }, options)).vols;
  }

  /** `connect_list_all_storage_pools`, since libvirt 0.10.2. */
  async connectListAllStoragePools(flags = 0, options?: CallOptions): Promise<readonly StoragePool[]> {
    return (await this.call(p.connectListAllStoragePools, { needResults: true, flags }, options)).pools;
  }

  /** `storage_vol_lookup_by_name`, since libvirt 0.4.1. */
  async storageVolLookupByName(pool: StoragePool, name: string, options?: CallOptions): Promise<StorageVol> {
    return (await this.call(p.storageVolLookupByName, { pool, name }, options)).vol;
  }

  /** `storage_vol_lookup_by_path`, since libvirt 0.4.1. */
  async storageVolLookupByPath(path: string, options?: CallOptions): Promise<StorageVol> {
    return (await this.call(p.storageVolLookupByPath, { path }, options)).vol;
  }

  /** `storage_vol_lookup_by_key`, since libvirt 0.4.1. */
  async storageVolLookupByKey(key: string, options?: CallOptions): Promise<StorageVol> {
    return (await this.call(p.storageVolLookupByKey, { key }, options)).vol;
  }

  /** `storage_vol_create_xml`, since libvirt 0.4.1. */
  async storageVolCreateXml(pool: StoragePool, xml: string, flags = 0, options?: CallOptions): Promise<StorageVol> {
    return (await this.call(p.storageVolCreateXml, { pool, xml, flags }, options)).vol;
  }

  /** `storage_vol_create_xml_from`, since libvirt 0.6.4. */
  async storageVolCreateXmlFrom(pool: StoragePool, xml: string, clonevol: StorageVol, flags = 0, options?: CallOptions): Promise<StorageVol> {
    return (await this.call(p.storageVolCreateXmlFrom, { pool, xml, clonevol, flags }, options)).vol;
  }

  /** `storage_vol_delete`, since libvirt 0.4.1. */
  async storageVolDelete(vol: StorageVol, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.storageVolDelete, { vol, flags }, options);
  }

  /** `storage_vol_resize`, since libvirt 0.9.10. */
  async storageVolResize(vol: StorageVol, capacity: bigint, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.storageVolResize, { vol, capacity, flags }, options);
  }

  /** `storage_vol_get_info`, since libvirt 0.4.1. */
  async storageVolGetInfo(vol: StorageVol, options?: CallOptions): Promise<{ readonly type: number; readonly capacity: bigint; readonly allocation: bigint }> {
    return await this.call(p.storageVolGetInfo, { vol }, options);
  }

  /** `storage_vol_get_path`, since libvirt 0.4.1. */
  async storageVolGetPath(vol: StorageVol, options?: CallOptions): Promise<string> {
    return (await this.call(p.storageVolGetPath, { vol }, options)).name;
  }

  /** `storage_vol_get_xml_desc`, since libvirt 0.4.1. */
  async storageVolGetXmlDesc(vol: StorageVol, flags = 0, options?: CallOptions): Promise<string> {
    return (await this.call(p.storageVolGetXmlDesc, { vol, flags }, options)).xml;
  }

  /** `secret_define_xml`, since libvirt 0.7.1. */
  async secretDefineXml(xml: string, flags = 0, options?: CallOptions): Promise<Secret> {
    return (await this.call(p.secretDefineXml, { xml, flags }, options)).secret;
  }

  /** `secret_lookup_by_usage`, since libvirt 0.7.1. */
  async secretLookupByUsage(usageType: number, usageId: string, options?: CallOptions): Promise<Secret> {
    return (await this.call(p.secretLookupByUsage, { usageType, usageId }, options)).secret;
  }

  /** `secret_lookup_by_uuid`, since libvirt 0.7.1. */
  async secretLookupByUuid(uuid: string, options?: CallOptions): Promise<Secret> {
    return (await this.call(p.secretLookupByUuid, { uuid }, options)).secret;
  }

  /** `secret_set_value`, since libvirt 0.7.1. */
  async secretSetValue(secret: Secret, value: Uint8Array, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.secretSetValue, { secret, value, flags }, options);
  }

  /** `secret_get_value`, since libvirt 0.7.1. */
  async secretGetValue(secret: Secret, flags = 0, options?: CallOptions): Promise<Uint8Array> {
    return (await this.call(p.secretGetValue, { secret, flags }, options)).value;
  }

  /** `secret_get_xml_desc`, since libvirt 0.7.1. */
  async secretGetXmlDesc(secret: Secret, flags = 0, options?: CallOptions): Promise<string> {
    return (await this.call(p.secretGetXmlDesc, { secret, flags }, options)).xml;
  }

  /** `secret_undefine`, since libvirt 0.7.1. */
  async secretUndefine(secret: Secret, options?: CallOptions): Promise<void> {
    await this.call(p.secretUndefine, { secret }, options);
  }

  /** `connect_list_all_secrets`, since libvirt 0.10.2. */
  async connectListAllSecrets(flags = 0, options?: CallOptions): Promise<readonly Secret[]> {
    return (await this.call(p.connectListAllSecrets, { needResults: true, flags }, options)).secrets;
  }

  /** `connect_list_all_node_devices`, since libvirt 0.10.2. */
  async connectListAllNodeDevices(flags = 0, options?: CallOptions): Promise<readonly NodeDevice[]> {
    return (await this.call(p.connectListAllNodeDevices, { needResults: true, flags }, options)).devices;
  }

  /** `node_device_lookup_by_name`, since libvirt 0.5.0. */
  async nodeDeviceLookupByName(name: string, options?: CallOptions): Promise<NodeDevice> {
    return (await this.call(p.nodeDeviceLookupByName, { name }, options)).dev;
  }

  /** `node_device_lookup_scsi_host_by_wwn`, since libvirt 1.0.3. */
  async nodeDeviceLookupScsiHostByWwn(wwnn: string, wwpn: string, flags = 0, options?: CallOptions): Promise<NodeDevice> {
    return (await this.call(p.nodeDeviceLookupScsiHostByWwn, { wwnn, wwpn, flags }, options)).dev;
  }

  /** `node_device_get_xml_desc`, since libvirt 0.5.0. */
  async nodeDeviceGetXmlDesc(name: string, flags = 0, options?: CallOptions): Promise<string> {
    return (await this.call(p.nodeDeviceGetXmlDesc, { name, flags }, options)).xml;
  }

  /** `node_device_get_parent`, since libvirt 0.5.0. */
  async nodeDeviceGetParent(name: string, options?: CallOptions): Promise<string | null> {
    return (await this.call(p.nodeDeviceGetParent, { name }, options)).parentName;
  }

  /** `node_device_list_caps`, since libvirt 0.5.0. */
  async nodeDeviceListCaps(name: string, maxnames: number, options?: CallOptions): Promise<readonly string[]> {
    return (await this.call(p.nodeDeviceListCaps, { name, maxnames }, options)).names;
  }

  /** `node_device_dettach`, since libvirt 0.6.1. */
  async nodeDeviceDettach(name: string, options?: CallOptions): Promise<void> {
    await this.call(p.nodeDeviceDettach, { name }, options);
  }

  /** `node_device_detach_flags`, since libvirt 1.0.5. */
  async nodeDeviceDetachFlags(name: string, driverName: string | null, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.nodeDeviceDetachFlags, { name, driverName, flags }, options);
  }

  /** `node_device_re_attach`, since libvirt 0.6.1. */
  async nodeDeviceReAttach(name: string, options?: CallOptions): Promise<void> {
    await this.call(p.nodeDeviceReAttach, { name }, options);
  }

  /** `node_device_reset`, since libvirt 0.6.1. */
  async nodeDeviceReset(name: string, options?: CallOptions): Promise<void> {
    await this.call(p.nodeDeviceReset, { name }, options);
  }

  /** `node_device_create_xml`, since libvirt 0.6.3. */
  async nodeDeviceCreateXml(xmlDesc: string, flags = 0, options?: CallOptions): Promise<NodeDevice> {
    return (await this.call(p.nodeDeviceCreateXml, { xmlDesc, flags }, options)).dev;
  }

  /** `node_device_define_xml`, since libvirt 7.3.0. */
  async nodeDeviceDefineXml(xmlDesc: string, flags = 0, options?: CallOptions): Promise<NodeDevice> {
    return (await this.call(p.nodeDeviceDefineXml, { xmlDesc, flags }, options)).dev;
  }

  /** `node_device_create`, since libvirt 7.3.0. */
  async nodeDeviceCreate(name: string, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.nodeDeviceCreate, { name, flags }, options);
  }

  /** `node_device_destroy`, since libvirt 0.6.3. */
  async nodeDeviceDestroy(name: string, options?: CallOptions): Promise<void> {
    await this.call(p.nodeDeviceDestroy, { name }, options);
  }

  /** `node_device_undefine`, since libvirt 7.3.0. */
  async nodeDeviceUndefine(name: string, flags = 0, options?: CallOptions): Promise<void> {
    await this.call(p.nodeDeviceUndefine, { name, flags }, options);
  }

  /** `node_device_set_autostart`, since libvirt 7.8.0. */
  async nodeDeviceSetAutostart(name: string, autostart: boolean, options?: CallOptions): Promise<void> {
    await this.call(p.nodeDeviceSetAutostart, { name, autostart }, options);
  }

  /** `node_device_is_active`, since libvirt 7.8.0. */
  async nodeDeviceIsActive(name: string, options?: CallOptions): Promise<boolean> {
    return (await this.call(p.nodeDeviceIsActive, { name }, options)).active;
  }

  /** `domain_monitor_command`, since libvirt 0.8.3. */
  async domainQemuMonitorCommand(dom: Domain, cmd: string, flags = 0, options?: CallOptions): Promise<string> {
    return (await this.call(p.domainMonitorCommand, { dom, cmd, flags }, options)).result;
  }

  /** `domain_attach`, since libvirt 0.9.4. */
  async domainQemuAttach(pidValue: number, flags = 0, options?: CallOptions): Promise<Domain> {
    return (await this.call(p.domainAttach, { pidValue, flags }, options)).dom;
  }

  /** `domain_agent_command`, since libvirt 0.10.0. */
  async domainQemuAgentCommand(dom: Domain, cmd: string, timeout: number, flags = 0, options?: CallOptions): Promise<string | null> {
    return (await this.call(p.domainAgentCommand, { dom, cmd, timeout, flags }, options)).result;
  }
}
