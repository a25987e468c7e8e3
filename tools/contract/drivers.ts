/** The driver objects themselves, to see which methods they really have. Nothing is connected or started. */
import { FakeDriver, SimulatedHost } from '@chronovirt/fake-driver';
import { LibvirtDriver } from '@chronovirt/libvirt-adapter';
import { silentLog, systemClock } from '@chronovirt/runtime';
import type { ImplementedDriver } from '@chronovirt/contract';

/** Every driver of the project under the name that the contract suite runs it by. */
export const drivers: Readonly<Record<string, ImplementedDriver>> = {
  libvirt: new LibvirtDriver({
    uri: 'qemu:///system',
    instancesDirectory: '/nonexistent',
    images: {
      open: () => Promise.reject(new Error('this driver is only looked at')),
    },
    acceleration: { kind: 'tcg', why: 'nothing is started' },
    address: '127.0.0.1',
    log: silentLog,
  }),
  fake: new FakeDriver(new SimulatedHost({ clock: systemClock })),
};
