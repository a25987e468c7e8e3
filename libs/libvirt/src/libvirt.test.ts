import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as p from './generated/procedures.ts';
import { domainByUuid, Libvirt } from './libvirt.ts';
import { FakeDaemon } from './testing/index.ts';
import { typed } from './typed-params.ts';

const dom = { name: 'guest', uuid: '6695eb01-f6a4-8304-79aa-97f2502e193f', id: 1 };
const DESTINATION = 'qemu+tcp://other/system';

let daemon: FakeDaemon;
let libvirt: Libvirt;

beforeEach(async () => {
  daemon = await FakeDaemon.start();
  libvirt = await Libvirt.connect({ socket: daemon.socket });
});
afterEach(async () => {
  await libvirt.close();
  await daemon.stop();
});

test('one result is handed out bare, flags are 0 unless given', async () => {
  const asked: unknown[] = [];
  daemon.handle(p.domainGetXmlDesc, (args) => {
    asked.push(args);
    return { xml: '<domain/>' };
  });
  await expect(libvirt.domainGetXmlDesc(domainByUuid(dom.uuid))).resolves.toBe('<domain/>');
  await libvirt.domainGetXmlDesc(dom, 2);
  expect(asked).toEqual([
    { dom: { name: '', uuid: dom.uuid, id: -1 }, flags: 0 },
    { dom, flags: 2 },
  ]);
});

test('lists are asked for whole', async () => {
  daemon.handle(p.connectListAllDomains, ({ needResults }) => ({ domains: needResults ? [dom] : [], ret: 1 }));
  await expect(libvirt.connectListAllDomains()).resolves.toEqual([dom]);
});

describe('calls with a count', () => {
  test('ask for it first, and for strings', async () => {
    const asked: unknown[] = [];
    daemon.handle(p.domainGetBlockIoTune, ({ nparams, flags }) => {
      asked.push([nparams, flags]);
      return nparams === 0
        ? { params: [], nparams: 2 }
        : {
            params: [
              { field: 'group_name', value: typed.string('g') },
              { field: 'read_iops_sec', value: typed.ullong(5) },
            ],
            nparams,
          };
    });
    await expect(libvirt.domainGetBlockIoTune(dom, 'vda', 1)).resolves.toEqual({ group_name: 'g', read_iops_sec: 5n });
    expect(asked).toEqual([
      [0, 5],
      [2, 5],
    ]);
  });

  test('are over when there is nothing', async () => {
    daemon.handle(p.nodeGetCpuStats, () => ({ params: [], nparams: 0 }));
    await expect(libvirt.nodeGetCpuStats(-1)).resolves.toEqual({});
    expect(daemon.calls).toEqual(['node_get_cpu_stats']);
  });

  test('share one deadline between both steps', async () => {
    daemon.handle(p.nodeGetCpuStats, async () => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      return { params: [], nparams: 1 };
    });
    await expect(libvirt.nodeGetCpuStats(-1, 0, { deadlineMs: 90 })).rejects.toMatchObject({
      code: 'LIBVIRT_DEADLINE',
      sent: true,
    });
  });

  test('split the CPU statistics by host CPU', async () => {
    daemon.handle(p.domainGetCpuStats, ({ nparams, ncpus }) => ({
      params: Array.from({ length: nparams * ncpus }, (_, i) => ({
        field: i % 2 ? 'vcpu_time' : 'cpu_time',
        value: typed.ullong(i),
      })),
      nparams: nparams || 2,
    }));
    await expect(libvirt.domainGetCpuStats(dom, 0, 2)).resolves.toEqual([
      { cpu_time: 0n, vcpu_time: 1n },
      { cpu_time: 2n, vcpu_time: 3n },
    ]);
  });
});

test('C texts and bit maps become strings and booleans', async () => {
  const model = new Uint8Array(32);
  model.set(Buffer.from('x86_64'));
  daemon.handle(p.nodeGetInfo, () => ({
    model,
    memory: 1n,
    cpus: 2,
    mhz: 3,
    nodes: 4,
    sockets: 5,
    cores: 6,
    threads: 7,
  }));
  daemon.handle(p.nodeGetSecurityModel, () => ({ model: Buffer.from('none'), doi: Buffer.from('0\0') }));
  daemon.handle(p.nodeGetCpuMap, () => ({ cpumap: Buffer.of(0b101, 0b1), online: 3, ret: 9 }));
  await expect(libvirt.nodeGetInfo()).resolves.toMatchObject({ model: 'x86_64', memory: 1n });
  await expect(libvirt.nodeGetSecurityModel()).resolves.toEqual({ model: 'none', doi: '0' });
  await expect(libvirt.nodeGetCpuMap()).resolves.toEqual([true, false, true, false, false, false, false, false, true]);
});

test('statistics of all domains come as plain objects', async () => {
  daemon.handle(p.connectGetAllDomainStats, () => ({
    retStats: [{ dom, params: [{ field: 'state.state', value: typed.int(1) }] }],
  }));
  await expect(libvirt.connectGetAllDomainStats()).resolves.toEqual([{ dom, params: { 'state.state': 1 } }]);
});

describe('a migration', () => {
  test('is one call to the source, with the parameters as typed ones', async () => {
    const asked: unknown[] = [];
    daemon.handle(p.domainMigratePerform3Params, (args) => {
      asked.push(args);
      return { cookieOut: new Uint8Array(0) };
    });
    await libvirt.domainMigrateToUri3(dom, DESTINATION, { bandwidth: 4, migrate_disks: ['vda'] }, 3);
    expect(asked).toEqual([
      {
        dom,
        dconnuri: DESTINATION,
        params: [
          { field: 'bandwidth', value: typed.ullong(4) },
          { field: 'migrate_disks', value: typed.string('vda') },
        ],
        cookieIn: Buffer.alloc(0),
        flags: 3,
      },
    ]);
  });

  test('falls back to fixed parameters on a daemon that knows no others', async () => {
    const asked: unknown[] = [];
    daemon.handle(p.connectSupportsFeature, () => ({ supported: false }));
    daemon.handle(p.domainMigratePerform3, (args) => {
      asked.push(args);
      return { cookieOut: new Uint8Array(0) };
    });
    await libvirt.domainMigrateToUri3(dom, DESTINATION, { bandwidth: 4, destination_xml: '<domain/>' }, 3);
    expect(asked).toEqual([
      {
        dom,
        xmlin: '<domain/>',
        cookieIn: Buffer.alloc(0),
        dconnuri: DESTINATION,
        uri: null,
        flags: 3n,
        dname: null,
        resource: 4n,
      },
    ]);
    await expect(
      libvirt.domainMigrateToUri3(dom, DESTINATION, { persistent_xml: '<domain/>' }, 3),
    ).rejects.toMatchObject({ code: 'LIBVIRT_USAGE' });
  });

  test('that is not peer to peer is refused', async () => {
    await expect(libvirt.domainMigrateToUri3(dom, DESTINATION, {}, 1)).rejects.toMatchObject({ code: 'LIBVIRT_USAGE' });
    expect(daemon.calls).toEqual([]);
  });
});
