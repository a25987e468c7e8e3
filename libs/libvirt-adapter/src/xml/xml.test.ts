import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InstanceUuid } from '@chronovirt/contract';
import { domainXml } from './domain.ts';
import type { DomainSpec } from './domain.ts';
import { element, serialize, textElement } from './element.ts';
import { markOf, metadataOf, namespace, withMark } from './metadata.ts';
import { find, findAll, parseXml, textOf } from './parse.ts';

const hostile = `</title><os><boot dev="x"/></os> & "quotes" 'single' ]]> <!-- &amp; \t\n\u00e9\u{1f600}`;
const uuid = '0e2f4c1a-1111-4222-8333-444455556666' as InstanceUuid;

const spec = (overrides: Partial<DomainSpec> = {}): DomainSpec => ({
  uuid,
  name: `instance-${uuid}`,
  title: 'web',
  hostname: 'web',
  mark: { epoch: 3, op: 7 },
  virtType: 'qemu',
  arch: 'x86_64',
  machine: 'pc-q35-7.2',
  memoryMiB: 128,
  vcpus: 2,
  disks: [
    { file: '/i/disk', format: 'qcow2', target: 'vda', serial: 'root', readonly: false, cache: 'none' },
    { file: '/i/disk.config', format: 'raw', target: 'vdz', serial: 'config', readonly: true, cache: 'none' },
  ],
  interfaces: [
    { mac: '52:54:00:00:00:01', source: { kind: 'network', name: 'n' }, model: 'virtio', tap: 'tap0', mtu: 1400 },
  ],
  consoleLog: '/i/console.log',
  ...overrides,
});

const rootPorts = (machine: string): number =>
  findAll(parseXml(domainXml(spec({ machine }))), 'devices', 'controller').filter(
    (one) => one.attributes['model'] === 'pcie-root-port',
  ).length;
const cacheOf = (overrides: Partial<DomainSpec>): string =>
  textOf(find(parseXml(domainXml(spec(overrides))), 'features', 'tcg', 'tb-cache'));
const withoutMetadata = (xml: string): string => xml.replace(/<metadata>.*<\/metadata>/, '');

describe('escaping', () => {
  it('brings any text back as it was, in attributes and between tags', () => {
    const read = parseXml(serialize(element('a', { b: hostile }, [textElement('c', hostile)])));
    expect(read.attributes['b']).toBe(hostile);
    expect((find(read, 'c')?.children ?? []).join('')).toBe(hostile);
    expect(findAll(read, 'os')).toEqual([]);
  });
  it('brings any text that XML can carry back, and refuses the rest', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        try {
          const read = parseXml(serialize(element('a', { b: text }, [text])));
          return read.attributes['b'] === text && read.children.join('') === text;
        } catch (error) {
          return (error as { code?: string }).code === 'INVALID_INPUT';
        }
      }),
    );
  });
  it('refuses control characters instead of writing a document that nobody can read', () => {
    expect(() => serialize(textElement('a', 'x\u0000'))).toThrow('XML cannot carry');
    expect(() => serialize(textElement('a', '\ud800'))).toThrow('XML cannot carry');
  });
});

describe('domainXml', () => {
  it('keeps hostile names, paths and networks inside their places', () => {
    const xml = domainXml(
      spec({
        title: hostile,
        hostname: hostile,
        consoleLog: `/i/${hostile}`,
        disks: [
          { file: `/x/${hostile}`, format: 'raw', target: 'vda', serial: hostile, readonly: false, cache: 'none' },
        ],
        interfaces: [
          { mac: hostile, source: { kind: 'bridge', name: hostile }, model: hostile, tap: hostile, mtu: undefined },
        ],
      }),
    );
    const domain = parseXml(xml);
    expect(findAll(domain, 'os').length).toBe(1);
    expect(find(domain, 'devices', 'disk', 'source')?.attributes['file']).toBe(`/x/${hostile}`);
    expect(find(domain, 'devices', 'interface', 'source')?.attributes['bridge']).toBe(hostile);
    expect(find(domain, 'title')?.children.join('')).toBe(hostile);
  });
  it('carries the mark and says that the domain is ours', () => {
    const domain = parseXml(domainXml(spec()));
    expect(markOf(metadataOf(domain, namespace.run))).toEqual({ epoch: 3, op: 7 });
    expect(metadataOf(domain, namespace.instance)?.attributes).toMatchObject({ uuid, owner: 'ours' });
  });
  it('never asks for autostart and always for the machine with its version', () => {
    const domain = parseXml(domainXml(spec()));
    expect(find(domain, 'os', 'type')?.attributes['machine']).toBe('pc-q35-7.2');
    expect(textOf(find(domain, 'on_crash'))).toBe('preserve');
    expect(domainXml(spec())).not.toContain('autostart');
  });
  it('leaves slots for devices that come later on q35, and needs none on pc', () => {
    expect(rootPorts('pc-q35-7.2')).toBe(2 + 1 + 3 + 8);
    expect(rootPorts('pc-i440fx-7.2')).toBe(0);
  });
  it('bounds the translation cache of emulated guests and has none with KVM', () => {
    expect(cacheOf({ memoryMiB: 96 })).toBe('32');
    expect(cacheOf({ memoryMiB: 65_536 })).toBe('512');
    expect(cacheOf({ virtType: 'kvm' })).toBe('');
  });
});

describe('withMark', () => {
  it('changes the mark and nothing else, also where another tool wrote another prefix', () => {
    const before = domainXml(spec()).replace('<chronovirt:run xmlns:chronovirt=', '<x:run xmlns:x=');
    const after = withMark(before, { epoch: 9, op: 1 });
    expect(markOf(metadataOf(parseXml(after), namespace.run))).toEqual({ epoch: 9, op: 1 });
    expect(withoutMetadata(after)).toBe(withoutMetadata(before));
    expect(metadataOf(parseXml(after), namespace.instance)?.attributes['uuid']).toBe(uuid);
  });
  it('gives a mark to a definition that had no metadata', () => {
    expect(
      markOf(metadataOf(parseXml(withMark('<domain><name>a</name></domain>', { epoch: 1, op: 2 })), namespace.run)),
    ).toEqual({ epoch: 1, op: 2 });
  });
});
