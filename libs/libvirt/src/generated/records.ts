// Generated from libs/libvirt/protocol by tools/generate.ts. Do not edit: change the tables and generate again.

import { readTypedValue, writeTypedValue } from '../wire/typed-value.ts';
import type { TypedValue } from '../wire/typed-value.ts';
import type { XdrReader } from '../wire/xdr-reader.ts';
import type { XdrWriter } from '../wire/xdr-writer.ts';

export interface NodeGetCpuStats {
  readonly field: string;
  readonly value: bigint;
}

export function writeNodeGetCpuStats(w: XdrWriter, v: NodeGetCpuStats): void {
  w.str(v.field, 'NodeGetCpuStats.field');
  w.u64(v.value, 'NodeGetCpuStats.value');
}

export function readNodeGetCpuStats(r: XdrReader): NodeGetCpuStats {
  return {
    field: r.str('NodeGetCpuStats.field'),
    value: r.u64('NodeGetCpuStats.value'),
  };
}

export interface NodeGetMemoryStats {
  readonly field: string;
  readonly value: bigint;
}

export function writeNodeGetMemoryStats(w: XdrWriter, v: NodeGetMemoryStats): void {
  w.str(v.field, 'NodeGetMemoryStats.field');
  w.u64(v.value, 'NodeGetMemoryStats.value');
}

export function readNodeGetMemoryStats(r: XdrReader): NodeGetMemoryStats {
  return {
    field: r.str('NodeGetMemoryStats.field'),
    value: r.u64('NodeGetMemoryStats.value'),
  };
}

export interface TypedParam {
  readonly field: string;
  readonly value: TypedValue;
}

export function writeTypedParam(w: XdrWriter, v: TypedParam): void {
  w.str(v.field, 'TypedParam.field');
  writeTypedValue(w, v.value);
}

export function readTypedParam(r: XdrReader): TypedParam {
  return {
    field: r.str('TypedParam.field'),
    value: readTypedValue(r),
  };
}

export interface Domain {
  readonly name: string;
  readonly uuid: string;
  readonly id: number;
}

export function writeDomain(w: XdrWriter, v: Domain): void {
  w.str(v.name, 'Domain.name');
  w.uuid(v.uuid, 'Domain.uuid');
  w.i32(v.id, 'Domain.id');
}

export function readDomain(r: XdrReader): Domain {
  return {
    name: r.str('Domain.name'),
    uuid: r.uuid('Domain.uuid'),
    id: r.i32('Domain.id'),
  };
}

export interface DomainInterface {
  readonly name: string;
  readonly hwaddr: string | null;
  readonly addrs: readonly DomainIpAddr[];
}

export function writeDomainInterface(w: XdrWriter, v: DomainInterface): void {
  w.str(v.name, 'DomainInterface.name');
  if (w.present(v.hwaddr, 'DomainInterface.hwaddr')) w.str(v.hwaddr, 'DomainInterface.hwaddr');
  w.list(v.addrs, 'DomainInterface.addrs', 2048, writeDomainIpAddr);
}

export function readDomainInterface(r: XdrReader): DomainInterface {
  return {
    name: r.str('DomainInterface.name'),
    hwaddr: r.bool('DomainInterface.hwaddr') ? r.str('DomainInterface.hwaddr') : null,
    addrs: r.list('DomainInterface.addrs', 2048, readDomainIpAddr),
  };
}

export interface DomainMemoryStat {
  readonly tag: number;
  readonly val: bigint;
}

export function writeDomainMemoryStat(w: XdrWriter, v: DomainMemoryStat): void {
  w.i32(v.tag, 'DomainMemoryStat.tag');
  w.u64(v.val, 'DomainMemoryStat.val');
}

export function readDomainMemoryStat(r: XdrReader): DomainMemoryStat {
  return {
    tag: r.i32('DomainMemoryStat.tag'),
    val: r.u64('DomainMemoryStat.val'),
  };
}

export interface VcpuInfo {
  readonly number: number;
  readonly state: number;
  readonly cpuTime: bigint;
  readonly cpu: number;
}

export function writeVcpuInfo(w: XdrWriter, v: VcpuInfo): void {
  w.u32(v.number, 'VcpuInfo.number');
  w.i32(v.state, 'VcpuInfo.state');
  w.u64(v.cpuTime, 'VcpuInfo.cpuTime');
  w.i32(v.cpu, 'VcpuInfo.cpu');
}

export function readVcpuInfo(r: XdrReader): VcpuInfo {
  return {
    number: r.u32('VcpuInfo.number'),
    state: r.i32('VcpuInfo.state'),
    cpuTime: r.u64('VcpuInfo.cpuTime'),
    cpu: r.i32('VcpuInfo.cpu'),
  };
}

export interface DomainFsinfo {
  readonly mountpoint: string;
  readonly name: string;
  readonly fstype: string;
  readonly devAliases: readonly string[];
}

export function writeDomainFsinfo(w: XdrWriter, v: DomainFsinfo): void {
  w.str(v.mountpoint, 'DomainFsinfo.mountpoint');
  w.str(v.name, 'DomainFsinfo.name');
  w.str(v.fstype, 'DomainFsinfo.fstype');
  w.list(v.devAliases, 'DomainFsinfo.devAliases', 256, (x, item) => x.str(item, 'DomainFsinfo.devAliases'));
}

export function readDomainFsinfo(r: XdrReader): DomainFsinfo {
  return {
    mountpoint: r.str('DomainFsinfo.mountpoint'),
    name: r.str('DomainFsinfo.name'),
    fstype: r.str('DomainFsinfo.fstype'),
    devAliases: r.list('DomainFsinfo.devAliases', 256, (x) => x.str('DomainFsinfo.devAliases')),
  };
}

export interface DomainDiskError {
  readonly disk: string;
  readonly error: number;
}

export function writeDomainDiskError(w: XdrWriter, v: DomainDiskError): void {
  w.str(v.disk, 'DomainDiskError.disk');
  w.i32(v.error, 'DomainDiskError.error');
}

export function readDomainDiskError(r: XdrReader): DomainDiskError {
  return {
    disk: r.str('DomainDiskError.disk'),
    error: r.i32('DomainDiskError.error'),
  };
}

export interface DomainStatsRecord {
  readonly dom: Domain;
  readonly params: readonly TypedParam[];
}

export function writeDomainStatsRecord(w: XdrWriter, v: DomainStatsRecord): void {
  writeDomain(w, v.dom);
  w.list(v.params, 'DomainStatsRecord.params', 262144, writeTypedParam);
}

export function readDomainStatsRecord(r: XdrReader): DomainStatsRecord {
  return {
    dom: readDomain(r),
    params: r.list('DomainStatsRecord.params', 262144, readTypedParam),
  };
}

export interface DomainSnapshot {
  readonly name: string;
  readonly dom: Domain;
}

export function writeDomainSnapshot(w: XdrWriter, v: DomainSnapshot): void {
  w.str(v.name, 'DomainSnapshot.name');
  writeDomain(w, v.dom);
}

export function readDomainSnapshot(r: XdrReader): DomainSnapshot {
  return {
    name: r.str('DomainSnapshot.name'),
    dom: readDomain(r),
  };
}

export interface DomainCheckpoint {
  readonly name: string;
  readonly dom: Domain;
}

export function writeDomainCheckpoint(w: XdrWriter, v: DomainCheckpoint): void {
  w.str(v.name, 'DomainCheckpoint.name');
  writeDomain(w, v.dom);
}

export function readDomainCheckpoint(r: XdrReader): DomainCheckpoint {
  return {
    name: r.str('DomainCheckpoint.name'),
    dom: readDomain(r),
  };
}

export interface StorageVol {
  readonly pool: string;
  readonly name: string;
  readonly key: string;
}

export function writeStorageVol(w: XdrWriter, v: StorageVol): void {
  w.str(v.pool, 'StorageVol.pool');
  w.str(v.name, 'StorageVol.name');
  w.str(v.key, 'StorageVol.key');
}

export function readStorageVol(r: XdrReader): StorageVol {
  return {
    pool: r.str('StorageVol.pool'),
    name: r.str('StorageVol.name'),
    key: r.str('StorageVol.key'),
  };
}

export interface Nwfilter {
  readonly name: string;
  readonly uuid: string;
}

export function writeNwfilter(w: XdrWriter, v: Nwfilter): void {
  w.str(v.name, 'Nwfilter.name');
  w.uuid(v.uuid, 'Nwfilter.uuid');
}

export function readNwfilter(r: XdrReader): Nwfilter {
  return {
    name: r.str('Nwfilter.name'),
    uuid: r.uuid('Nwfilter.uuid'),
  };
}

export interface Network {
  readonly name: string;
  readonly uuid: string;
}

export function writeNetwork(w: XdrWriter, v: Network): void {
  w.str(v.name, 'Network.name');
  w.uuid(v.uuid, 'Network.uuid');
}

export function readNetwork(r: XdrReader): Network {
  return {
    name: r.str('Network.name'),
    uuid: r.uuid('Network.uuid'),
  };
}

export interface NetworkDhcpLease {
  readonly iface: string;
  readonly expirytime: bigint;
  readonly type: number;
  readonly mac: string | null;
  readonly iaid: string | null;
  readonly ipaddr: string;
  readonly prefix: number;
  readonly hostname: string | null;
  readonly clientid: string | null;
}

export function writeNetworkDhcpLease(w: XdrWriter, v: NetworkDhcpLease): void {
  w.str(v.iface, 'NetworkDhcpLease.iface');
  w.i64(v.expirytime, 'NetworkDhcpLease.expirytime');
  w.i32(v.type, 'NetworkDhcpLease.type');
  if (w.present(v.mac, 'NetworkDhcpLease.mac')) w.str(v.mac, 'NetworkDhcpLease.mac');
  if (w.present(v.iaid, 'NetworkDhcpLease.iaid')) w.str(v.iaid, 'NetworkDhcpLease.iaid');
  w.str(v.ipaddr, 'NetworkDhcpLease.ipaddr');
  w.u32(v.prefix, 'NetworkDhcpLease.prefix');
  if (w.present(v.hostname, 'NetworkDhcpLease.hostname')) w.str(v.hostname, 'NetworkDhcpLease.hostname');
  if (w.present(v.clientid, 'NetworkDhcpLease.clientid')) w.str(v.clientid, 'NetworkDhcpLease.clientid');
}

export function readNetworkDhcpLease(r: XdrReader): NetworkDhcpLease {
  return {
    iface: r.str('NetworkDhcpLease.iface'),
    expirytime: r.i64('NetworkDhcpLease.expirytime'),
    type: r.i32('NetworkDhcpLease.type'),
    mac: r.bool('NetworkDhcpLease.mac') ? r.str('NetworkDhcpLease.mac') : null,
    iaid: r.bool('NetworkDhcpLease.iaid') ? r.str('NetworkDhcpLease.iaid') : null,
    ipaddr: r.str('NetworkDhcpLease.ipaddr'),
    prefix: r.u32('NetworkDhcpLease.prefix'),
    hostname: r.bool('NetworkDhcpLease.hostname') ? r.str('NetworkDhcpLease.hostname') : null,
    clientid: r.bool('NetworkDhcpLease.clientid') ? r.str('NetworkDhcpLease.clientid') : null,
  };
}

export interface Interface {
  readonly name: string;
  readonly mac: string;
}

export function writeInterface(w: XdrWriter, v: Interface): void {
  w.str(v.name, 'Interface.name');
  w.str(v.mac, 'Interface.mac');
}

export function readInterface(r: XdrReader): Interface {
  return {
    name: r.str('Interface.name'),
    mac: r.str('Interface.mac'),
  };
}

export interface StoragePool {
  readonly name: string;
  readonly uuid: string;
}

export function writeStoragePool(w: XdrWriter, v: StoragePool): void {
  w.str(v.name, 'StoragePool.name');
  w.uuid(v.uuid, 'StoragePool.uuid');
}

export function readStoragePool(r: XdrReader): StoragePool {
  return {
    name: r.str('StoragePool.name'),
    uuid: r.uuid('StoragePool.uuid'),
  };
}

export interface Secret {
  readonly uuid: string;
  readonly usageType: number;
  readonly usageId: string;
}

export function writeSecret(w: XdrWriter, v: Secret): void {
  w.uuid(v.uuid, 'Secret.uuid');
  w.i32(v.usageType, 'Secret.usageType');
  w.str(v.usageId, 'Secret.usageId');
}

export function readSecret(r: XdrReader): Secret {
  return {
    uuid: r.uuid('Secret.uuid'),
    usageType: r.i32('Secret.usageType'),
    usageId: r.str('Secret.usageId'),
  };
}

export interface NodeDevice {
  readonly name: string;
}

export function writeNodeDevice(w: XdrWriter, v: NodeDevice): void {
  w.str(v.name, 'NodeDevice.name');
}

export function readNodeDevice(r: XdrReader): NodeDevice {
  return {
    name: r.str('NodeDevice.name'),
  };
}

export interface DomainEventGraphicsAddress {
  readonly family: number;
  readonly node: string;
  readonly service: string;
}

export function writeDomainEventGraphicsAddress(w: XdrWriter, v: DomainEventGraphicsAddress): void {
  w.i32(v.family, 'DomainEventGraphicsAddress.family');
  w.str(v.node, 'DomainEventGraphicsAddress.node');
  w.str(v.service, 'DomainEventGraphicsAddress.service');
}

export function readDomainEventGraphicsAddress(r: XdrReader): DomainEventGraphicsAddress {
  return {
    family: r.i32('DomainEventGraphicsAddress.family'),
    node: r.str('DomainEventGraphicsAddress.node'),
    service: r.str('DomainEventGraphicsAddress.service'),
  };
}

export interface DomainEventGraphicsIdentity {
  readonly type: string;
  readonly name: string;
}

export function writeDomainEventGraphicsIdentity(w: XdrWriter, v: DomainEventGraphicsIdentity): void {
  w.str(v.type, 'DomainEventGraphicsIdentity.type');
  w.str(v.name, 'DomainEventGraphicsIdentity.name');
}

export function readDomainEventGraphicsIdentity(r: XdrReader): DomainEventGraphicsIdentity {
  return {
    type: r.str('DomainEventGraphicsIdentity.type'),
    name: r.str('DomainEventGraphicsIdentity.name'),
  };
}

export interface DomainIpAddr {
  readonly type: number;
  readonly addr: string;
  readonly prefix: number;
}

export function writeDomainIpAddr(w: XdrWriter, v: DomainIpAddr): void {
  w.i32(v.type, 'DomainIpAddr.type');
  w.str(v.addr, 'DomainIpAddr.addr');
  w.u32(v.prefix, 'DomainIpAddr.prefix');
}

export function readDomainIpAddr(r: XdrReader): DomainIpAddr {
  return {
    type: r.i32('DomainIpAddr.type'),
    addr: r.str('DomainIpAddr.addr'),
    prefix: r.u32('DomainIpAddr.prefix'),
  };
}

export interface ErrorRecord {
  readonly code: number;
  readonly domain: number;
  readonly message: string | null;
  readonly level: number;
  readonly dom: Domain | null;
  readonly str1: string | null;
  readonly str2: string | null;
  readonly str3: string | null;
  readonly int1: number;
  readonly int2: number;
  readonly net: Network | null;
}

export function writeErrorRecord(w: XdrWriter, v: ErrorRecord): void {
  w.i32(v.code, 'ErrorRecord.code');
  w.i32(v.domain, 'ErrorRecord.domain');
  if (w.present(v.message, 'ErrorRecord.message')) w.str(v.message, 'ErrorRecord.message');
  w.i32(v.level, 'ErrorRecord.level');
  if (w.present(v.dom, 'ErrorRecord.dom')) writeDomain(w, v.dom);
  if (w.present(v.str1, 'ErrorRecord.str1')) w.str(v.str1, 'ErrorRecord.str1');
  if (w.present(v.str2, 'ErrorRecord.str2')) w.str(v.str2, 'ErrorRecord.str2');
  if (w.present(v.str3, 'ErrorRecord.str3')) w.str(v.str3, 'ErrorRecord.str3');
  w.i32(v.int1, 'ErrorRecord.int1');
  w.i32(v.int2, 'ErrorRecord.int2');
  if (w.present(v.net, 'ErrorRecord.net')) writeNetwork(w, v.net);
}

export function readErrorRecord(r: XdrReader): ErrorRecord {
  return {
    code: r.i32('ErrorRecord.code'),
    domain: r.i32('ErrorRecord.domain'),
    message: r.bool('ErrorRecord.message') ? r.str('ErrorRecord.message') : null,
    level: r.i32('ErrorRecord.level'),
    dom: r.bool('ErrorRecord.dom') ? readDomain(r) : null,
    str1: r.bool('ErrorRecord.str1') ? r.str('ErrorRecord.str1') : null,
    str2: r.bool('ErrorRecord.str2') ? r.str('ErrorRecord.str2') : null,
    str3: r.bool('ErrorRecord.str3') ? r.str('ErrorRecord.str3') : null,
    int1: r.i32('ErrorRecord.int1'),
    int2: r.i32('ErrorRecord.int2'),
    net: r.bool('ErrorRecord.net') ? readNetwork(r) : null,
  };
}
