import { expect, test } from 'vitest';
import { parseUri } from './uri.ts';

const unset = { host: undefined, port: undefined, socket: undefined, pkiPath: undefined, verify: true };

test.each([
  ['qemu:///system', { ...unset, transport: 'unix', name: 'qemu:///system' }],
  ['test:///default', { ...unset, transport: 'unix', name: 'test:///default' }],
  ['qemu+unix:///system?socket=/a/b', { ...unset, transport: 'unix', name: 'qemu:///system', socket: '/a/b' }],
  ['qemu+tcp://host/system', { ...unset, transport: 'tcp', name: 'qemu:///system', host: 'host' }],
  [
    'qemu+tls://host:99/system?pkipath=/p&no_verify=1',
    { ...unset, transport: 'tls', name: 'qemu:///system', host: 'host', port: 99, pkiPath: '/p', verify: false },
  ],
  ['qemu://host/system', { ...unset, transport: 'tls', name: 'qemu:///system', host: 'host' }],
  ['qemu+tcp://[::1]:16509/system', { ...unset, transport: 'tcp', name: 'qemu:///system', host: '::1', port: 16509 }],
  [
    'qemu+tcp://host/system?name=test:///default',
    { ...unset, transport: 'tcp', name: 'test:///default', host: 'host' },
  ],
  [
    'qemu+unix:///embed?root=/r&socket=/s',
    { ...unset, transport: 'unix', name: 'qemu:///embed?root=%2Fr', socket: '/s' },
  ],
])('%s is understood', (uri, expected) => {
  expect(parseUri(uri)).toEqual(expected);
});

test.each([
  ['qemu+ssh://host/system', /transport ssh is not supported; use unix, tcp or tls/],
  ['nonsense', /expected driver\[\+transport\]/],
  ['', /expected driver/],
])('%s is refused with what to give instead', (uri, message) => {
  expect(() => parseUri(uri)).toThrow(
    expect.objectContaining({ code: 'LIBVIRT_USAGE', message: expect.stringMatching(message) }),
  );
});
