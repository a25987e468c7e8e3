/** The NAT network that instances get a card on by default: libvirt's own network with DHCP, on the first /24 that nobody uses. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, run } from './run-command.mjs';

/** libvirt has a network of this name that is not ours. */
export class NetworkNameTaken extends Error {
  code = 'NETWORK_NAME_TAKEN';
}

/** What marks a network as ours; libvirt keeps it and does not read it. */
export const MARK = 'https://chronovirt.dev/xmlns/network/1';

/** @typedef {(command: string[]) => Promise<string>} Runner runs a command where the libvirt host lives (its namespaces, or here) */
/** @typedef {{ name: string, bridge: string, gateway: string, subnet: string, made: boolean }} NatNetwork `subnet` like "192.168.171.0/24"; `made`: it was not there before */

/**
 * Makes sure that the network is defined and runs.
 * @param {{ uri: string, network?: string, runHere?: Runner }} host `runHere` when the host has a network namespace of its own
 * @returns {Promise<NatNetwork>}
 * @throws {NetworkNameTaken}
 */
export async function ensureNatNetwork({ uri, network: name = 'chronovirt', runHere = (command) => run(command) }) {
  const virsh = (/** @type {string[]} */ ...args) => run(['virsh', '-q', '-c', uri, ...args]);
  const known = ask(['virsh', '-q', '-c', uri, 'net-dumpxml', '--inactive', name]);
  const made = !known.ok;
  if (known.ok && !known.stdout.includes(MARK)) {
    throw new NetworkNameTaken(
      `libvirt has a network "${name}" that is not ours: rename it, or take it away with "virsh net-undefine ${name}"`,
    );
  }
  if (made) await define(virsh, networkXml(name, await freeSubnet(uri, runHere)));
  if (!/^Active:\s+yes$/m.test(await virsh('net-info', name))) await virsh('net-start', name);
  const xml = await virsh('net-dumpxml', name);
  const gateway = /<ip address='([\d.]+)'/.exec(xml)?.[1] ?? '';
  const bridge = /<bridge name='([^']+)'/.exec(xml)?.[1] ?? '';
  return { name, bridge, gateway, subnet: gateway.replace(/\d+$/, '0/24'), made };
}

/** @param {(...args: string[]) => Promise<string>} virsh @param {string} xml */
async function define(virsh, xml) {
  const directory = mkdtempSync(join(tmpdir(), 'chronovirt-'));
  try {
    writeFileSync(join(directory, 'network.xml'), xml);
    await virsh('net-define', join(directory, 'network.xml'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/**
 * Stops the network and takes its definition away, when it is ours.
 * @param {{ uri: string, network?: string }} host
 */
export async function removeNatNetwork({ uri, network: name = 'chronovirt' }) {
  const known = ask(['virsh', '-q', '-c', uri, 'net-dumpxml', '--inactive', name]);
  if (!known.ok || !known.stdout.includes(MARK)) return;
  const virsh = (/** @type {string[]} */ ...args) => run(['virsh', '-q', '-c', uri, ...args]);
  if (/^Active:\s+yes$/m.test(await virsh('net-info', name))) await virsh('net-destroy', name);
  await virsh('net-undefine', name);
}

/**
 * The definition. No spanning tree, which would keep a new guest's card silent for seconds; and dnsmasq hands out addresses
 * without pinging them first, which costs three seconds of every first boot.
 * @param {string} name @param {string} prefix like "192.168.171"
 */
export function networkXml(name, prefix) {
  return `<network xmlns:dnsmasq='http://libvirt.org/schemas/network/dnsmasq/1.0'>
  <name>${name}</name>
  <metadata><chronovirt:network xmlns:chronovirt='${MARK}'/></metadata>
  <forward mode='nat'/>
  <bridge name='chronovirt%d' stp='off' delay='0'/>
  <ip address='${prefix}.1' netmask='255.255.255.0'>
    <dhcp><range start='${prefix}.2' end='${prefix}.254'/></dhcp>
  </ip>
  <dnsmasq:options><dnsmasq:option value='no-ping'/></dnsmasq:options>
</network>
`;
}

/**
 * The first of ours that overlaps with no address, no route and no other network of libvirt.
 * @param {string} uri @param {Runner} runHere
 */
async function freeSubnet(uri, runHere) {
  const names = (await run(['virsh', '-q', '-c', uri, 'net-list', '--all', '--name'])).split('\n').filter(Boolean);
  const networks = await Promise.all(names.map((name) => run(['virsh', '-q', '-c', uri, 'net-dumpxml', name])));
  const used = networks.flatMap(subnetsOfNetwork);
  used.push(
    ...subnetsIn(await runHere(['ip', '-4', '-o', 'addr', 'show'])),
    ...subnetsIn(await runHere(['ip', '-4', 'route', 'show', 'table', 'all'])),
  );
  const prefix = firstFree(used);
  if (prefix) return prefix;
  throw new Error(
    `every one of 192.168.{${FIRST}..254}.0/24 is in use on this machine: define a libvirt network yourself and name it with --network`,
  );
}

const FIRST = 171;

/** @typedef {{ address: number, bits: number }} Subnet */

/**
 * @param {Subnet[]} used
 * @returns {string | undefined} the first three numbers of a free /24
 */
export function firstFree(used) {
  for (let third = FIRST; third <= 254; third++) {
    const ours = { address: toNumber(`192.168.${third}.0`), bits: 24 };
    if (!used.some((other) => overlap(ours, other))) return `192.168.${third}`;
  }
  return undefined;
}

/** Every "a.b.c.d/n" in a text, and every bare address of a route as a /32. @param {string} text @returns {Subnet[]} */
export function subnetsIn(text) {
  return [...text.matchAll(/\b(\d+\.\d+\.\d+\.\d+)(?:\/(\d+))?/g)].map(([, address = '', bits]) => ({
    address: toNumber(address),
    bits: Number(bits ?? 32),
  }));
}

/** @param {string} xml @returns {Subnet[]} */
function subnetsOfNetwork(xml) {
  return [
    ...xml.matchAll(/<ip [^>]*address='(\d+\.\d+\.\d+\.\d+)'(?:[^>]*netmask='([\d.]+)')?(?:[^>]*prefix='(\d+)')?/g),
  ].map(([, address = '', mask, prefix]) => ({
    address: toNumber(address),
    bits: prefix ? Number(prefix) : mask ? bitsOf(toNumber(mask)) : 24,
  }));
}

/** @param {Subnet} a @param {Subnet} b */
function overlap(a, b) {
  const bits = Math.min(a.bits, b.bits);
  if (bits === 0) return false; // a default route is no address in use
  return a.address >>> (32 - bits) === b.address >>> (32 - bits);
}

/** @param {number} mask */
const bitsOf = (mask) => mask.toString(2).replaceAll('0', '').length;

/** @param {string} address */
const toNumber = (address) => address.split('.').reduce((all, part) => all * 256 + Number(part), 0);
