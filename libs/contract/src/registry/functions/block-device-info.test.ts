import { expect, test } from 'vitest';
import {
  blockDeviceInfoGetEphemerals,
  blockDeviceInfoGetMapping,
  blockDeviceInfoGetRoot,
  blockDeviceInfoGetSwap,
  swapIsUsable,
} from './block-device-info.ts';

const ephemeral = { num: 0, deviceName: '/dev/vdb', size: 1, guestFormat: 'ext4' };
const volume = { connectionInfo: null, mountDevice: '/dev/vdc', deleteOnTermination: false };

test('the root device name is given, and null stands for none or for no structure', () => {
  expect(blockDeviceInfoGetRoot({ rootDeviceName: '/dev/vda' })).toBe('/dev/vda');
  expect(blockDeviceInfoGetRoot({ rootDeviceName: null })).toBeNull();
  expect(blockDeviceInfoGetRoot({})).toBeNull();
  expect(blockDeviceInfoGetRoot(null)).toBeNull();
});

test('the swap disk is always a record', () => {
  const none = { deviceName: null, swapSize: 0 };
  expect(blockDeviceInfoGetSwap(null)).toEqual(none);
  expect(blockDeviceInfoGetSwap({ swap: null })).toEqual(none);
  expect(blockDeviceInfoGetSwap({ swap: { deviceName: '/dev/vdb', swapSize: 512 } })).toEqual({
    deviceName: '/dev/vdb',
    swapSize: 512,
  });
});

test('a swap disk is usable only with a device name and a size above 0, and the answer is a boolean', () => {
  expect(swapIsUsable(null)).toBe(false);
  expect(swapIsUsable(undefined)).toBe(false);
  expect(swapIsUsable({ deviceName: null, swapSize: 0 })).toBe(false);
  expect(swapIsUsable({ deviceName: '', swapSize: 1 })).toBe(false);
  expect(swapIsUsable({ deviceName: '/dev/vdb', swapSize: 0 })).toBe(false);
  expect(swapIsUsable({ deviceName: '/dev/vdb', swapSize: 1 })).toBe(true);
});

test('ephemeral disks and volumes are always lists', () => {
  expect(blockDeviceInfoGetEphemerals(null)).toEqual([]);
  expect(blockDeviceInfoGetEphemerals({ ephemerals: [ephemeral] })).toEqual([ephemeral]);
  expect(blockDeviceInfoGetMapping(undefined)).toEqual([]);
  expect(blockDeviceInfoGetMapping({ blockDeviceMapping: [volume] })).toEqual([volume]);
});
