/** Arguments of the contract's methods for one guest, for tests. */
import type { ArgsOf, Flavor, InstanceUuid, NetworkInfo } from '@chronovirt/contract';

/** All that methods about one guest are called with. */
export type GuestCall = ArgsOf<'spawn'> &
  Pick<ArgsOf<'destroy'>, 'destroyDisks' | 'destroySecrets'> &
  Pick<ArgsOf<'powerOff'>, 'timeout' | 'retryInterval'> &
  Pick<ArgsOf<'reboot'>, 'rebootType' | 'badVolumesCallback'> &
  Pick<ArgsOf<'rescue'>, 'rescuePassword'>;

const digits = (value: number, length: number): string => value.toString(16).padStart(length, '0');

/** UUID number `n`: different ones for different numbers. */
export const uuidOf = (n: number): InstanceUuid => `00000000-0000-4000-8000-${digits(n, 12)}` as InstanceUuid;

const image = (fill: string): string => fill.repeat(64);

const flavor: Flavor = {
  name: 'small',
  vcpus: 2,
  memoryMiB: 512,
  rootGiB: 4,
  ephemeralGiB: 1,
  swapMiB: 64,
  extraSpecs: {},
};

/** Guest number `n` with one interface; what differs is given. */
export function sampleGuest(n = 1, overrides: Partial<GuestCall> = {}): GuestCall {
  const uuid = uuidOf(n);
  const networkInfo: NetworkInfo = [
    {
      id: `${digits(n, 8)}-0000-4000-8000-000000000001`,
      address: '52:54:00:00:00:01',
      type: 'network',
      vnicType: 'normal',
      devname: null,
      active: true,
      preserveOnDelete: false,
      network: { id: 'net-1', bridge: null, label: 'default', meta: {}, subnets: [] },
    },
  ];
  return {
    context: { requestId: `req-${n}`, userId: null, projectId: null, isAdmin: true },
    instance: {
      uuid,
      name: `instance-${uuid}`,
      hostname: `guest-${n}`,
      host: null,
      node: null,
      flavor,
      imageRef: image('a'),
      keyData: null,
      userData: null,
      metadata: {},
      systemMetadata: {},
      vmState: 'active',
      taskState: null,
      powerState: 1,
    },
    imageMeta: {
      id: image('a'),
      name: 'sample',
      diskFormat: 'qcow2',
      containerFormat: 'bare',
      minDisk: 0,
      minRam: 0,
      size: 1024,
      virtualSize: 1024 ** 3,
      properties: {},
    },
    injectedFiles: [],
    adminPassword: null,
    networkInfo,
    blockDeviceInfo: null,
    destroyDisks: true,
    destroySecrets: true,
    timeout: 0,
    retryInterval: 0,
    rebootType: 'HARD',
    badVolumesCallback: null,
    rescuePassword: null,
    ...overrides,
  };
}
