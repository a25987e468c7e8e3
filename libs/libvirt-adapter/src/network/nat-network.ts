/** The NAT network that instances are on when nothing else is said: DHCP from libvirt, on a range that nobody else uses. */
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { DriverError } from '@chronovirt/contract';
import type { HostContext } from '@chronovirt/contract';
import { ErrorCode, hasCode, isOperationInvalid } from '@chronovirt/libvirt';
import type { Libvirt, Network } from '@chronovirt/libvirt';
import type { HostServices } from '../host/host-services.ts';
import { element, serialize, textElement } from '../xml/element.ts';
import { metadataOf, namespace, tagged } from '../xml/metadata.ts';
import { findAll, parseXml } from '../xml/parse.ts';
import { firstFree } from './free-range.ts';
import type { Range } from './free-range.ts';
import { rangeOf } from './free-range.ts';

/** Makes and starts the network, if it is not there or does not run. Throws `CONFIGURATION_INVALID` when the name is somebody else's. */
export async function ensureNatNetwork(host: HostServices, name: string, context: HostContext): Promise<void> {
  await host.connections.control.run(null, 'normal', context.permit.signal, async (libvirt) => {
    const options = { deadlineMs: Math.max(1, context.remainingMs()) };
    const known = await libvirt.networkLookupByName(name, options).catch((error: unknown) => {
      if (hasCode(error, ErrorCode.NO_NETWORK)) return null;
      throw error;
    });
    if (known !== null && !(await isOurs(libvirt, known))) {
      throw new DriverError(
        'CONFIGURATION_INVALID',
        `libvirt has a network ${JSON.stringify(name)} that is not ours; rename it, or name another`,
      );
    }
    if (known !== null && (await libvirt.networkIsActive(known, options))) return;
    context.permit.check();
    const network = known ?? (await libvirt.networkDefineXml(networkXml(name, await freeRange(libvirt)), options));
    context.permit.check();
    await libvirt.networkCreate(network, options).catch((error: unknown) => {
      if (!isOperationInvalid(error)) throw error;
    });
  });
}

async function isOurs(libvirt: Libvirt, network: Network): Promise<boolean> {
  return metadataOf(parseXml(await libvirt.networkGetXmlDesc(network, 0)), namespace.network) !== undefined;
}

/** No spanning tree, which keeps a new port silent for seconds; and dnsmasq gives out an address without pinging it for three. */
function networkXml(name: string, range: string): string {
  const dnsmasq = 'http://libvirt.org/schemas/network/dnsmasq/1.0';
  return serialize(
    element('network', { 'xmlns:dnsmasq': dnsmasq }, [
      textElement('name', name),
      element('metadata', {}, [tagged('network', {})]),
      element('forward', { mode: 'nat' }),
      element('bridge', { name: 'chronovirt%d', stp: 'off', delay: 0 }),
      element('ip', { address: `${range}.1`, netmask: '255.255.255.0' }, [
        element('dhcp', {}, [element('range', { start: `${range}.2`, end: `${range}.254` })]),
      ]),
      element('dnsmasq:options', {}, [element('dnsmasq:option', { value: 'no-ping' })]),
    ]),
  );
}

async function freeRange(libvirt: Libvirt): Promise<string> {
  const networks = await Promise.all(
    (await libvirt.connectListAllNetworks()).map((network) => libvirt.networkGetXmlDesc(network, 0).catch(() => null)),
  );
  const used = [
    ...networks.flatMap((xml) => (xml === null ? [] : rangesOfNetwork(xml))),
    ...rangesOfInterfaces(),
    ...(await rangesOfRoutes()),
  ];
  const free = firstFree(used);
  if (free === null)
    throw new DriverError(
      'CONFIGURATION_INVALID',
      'every /24 of 192.168.0.0/16 is in use here; define a network by hand and name it',
    );
  return free;
}

function rangesOfNetwork(xml: string): Range[] {
  return findAll(parseXml(xml), 'ip').flatMap(({ attributes }) => {
    const address = attributes['address'] ?? '';
    return address.includes('.') ? [rangeOf(address, attributes['prefix'] ?? attributes['netmask'] ?? '24')] : [];
  });
}

function rangesOfInterfaces(): Range[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family }) => family === 'IPv4')
    .map(({ address, netmask }) => rangeOf(address, netmask));
}

/** The kernel's table of routes: addresses in hexadecimal, lowest byte first. */
async function rangesOfRoutes(): Promise<Range[]> {
  const lines = (await readFile('/proc/net/route', 'utf8')).trim().split('\n').slice(1);
  const dotted = (hex: string): string =>
    (hex.match(/../g) ?? [])
      .toReversed()
      .map((byte) => Number.parseInt(byte, 16))
      .join('.');
  return lines.map((line) => {
    const fields = line.split('\t');
    return rangeOf(dotted(fields[1] ?? '00000000'), dotted(fields[7] ?? '00000000'));
  });
}
