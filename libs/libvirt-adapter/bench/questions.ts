/** What only asks. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainStatsType, domainByUuid, GetAllDomainStatsFlag } from '@chronovirt/libvirt';
import { queryContext } from '../src/testing/effect-context.ts';
import { ROUNDS, row, timed, type Bench, type Row } from './side-by-side.ts';

/** Domains beside the guest's own, defined and off. */
const SPARE_DOMAINS = 5;

export async function questionRows({ lab, bare, guest }: Bench): Promise<Row[]> {
  const { driver } = lab;
  const { instance } = guest;
  const domain = domainByUuid(instance.uuid);
  const xml = await bare.domainGetXmlDesc(domain, 2);
  const tap = /<target dev=["'](tap[^"']*)["']/.exec(await bare.domainGetXmlDesc(domain, 0))?.[1];
  if (tap === undefined) throw new Error('the guest of the bench has no interface');
  for (let index = 0; index < SPARE_DOMAINS; index += 1) {
    const spare = lab.spawnArgs();
    await bare.domainDefineXmlFlags(
      xml
        .replaceAll(instance.uuid, spare.instance.uuid)
        .replace(/<mac address='[^']*'/, `<mac address='52:54:00:99:00:0${index}'`),
    );
  }
  const directory = join(lab.instances, instance.uuid);
  const statesOfAll = (): Promise<unknown> =>
    bare.connectGetAllDomainStats([], DomainStatsType.STATE, GetAllDomainStatsFlag.NOWAIT);
  const { STATE, VCPU, INTERFACE, BLOCK, BALLOON } = DomainStatsType;
  const question = (
    name: string,
    goalMs: number,
    ours: () => Promise<unknown>,
    floor: () => Promise<unknown>,
    floorIs?: string,
  ): Promise<Row> =>
    row(
      name,
      goalMs,
      ROUNDS.quick,
      () => timed(ours),
      () => timed(floor),
      floorIs,
    );

  return [
    await question(
      'get_info',
      1,
      () => driver.getInfo(guest, queryContext()),
      () => bare.domainGetInfo(domain),
    ),
    await question(
      'list_instances',
      1,
      () => driver.listInstances({}, queryContext()),
      () => bare.connectListAllDomains(),
    ),
    await question(
      'list_instance_uuids',
      1,
      () => driver.listInstanceUuids({}, queryContext()),
      () => bare.connectListAllDomains(),
    ),
    await question(
      'get_num_instances',
      1,
      () => driver.getNumInstances({}, queryContext()),
      () => bare.connectListAllDomains(),
    ),
    await question(
      'instance_exists',
      1,
      () => driver.instanceExists(guest, queryContext()),
      () => bare.domainLookupByUuid(instance.uuid),
    ),
    await question(
      'instance_on_disk',
      1,
      () => driver.instanceOnDisk(guest, queryContext()),
      () => stat(join(directory, 'disk')),
      'a stat of the disk',
    ),
    await question(
      'get_console_output',
      1,
      () => driver.getConsoleOutput(guest, queryContext()),
      () => readFile(join(directory, 'console.log')),
      'the log read',
    ),
    await question(
      'block_stats',
      1,
      () => driver.blockStats({ instance, diskId: 'vda' }, queryContext()),
      () => bare.domainBlockStats(domain, 'vda'),
    ),
    await question(
      'interface_stats',
      1,
      () => driver.interfaceStats({ instanceName: instance.name, ifaceId: tap }, queryContext()),
      () => bare.domainInterfaceStats(domain, tap),
    ),
    await question(
      'get_diagnostics',
      1,
      () => driver.getDiagnostics(guest, queryContext()),
      () =>
        bare.connectGetAllDomainStats(
          [domain],
          STATE | VCPU | INTERFACE | BLOCK | BALLOON,
          GetAllDomainStatsFlag.NOWAIT,
        ),
    ),
    await question(
      'get_available_resource (inventory)',
      10,
      () => driver.getAvailableResource({ nodename: '' }, queryContext()),
      statesOfAll,
    ),
    await question(
      'get_host_stats',
      10,
      () => driver.getHostStats({ refresh: true }, queryContext()),
      statesOfAll,
      'the states of all domains in one call',
    ),
    await question(
      `look at all (${SPARE_DOMAINS + 1} domains)`,
      1,
      () => driver.observeAll(queryContext()),
      statesOfAll,
      'the states of all domains in one call',
    ),
    await question(
      'look at one',
      1,
      () => driver.observe(instance.uuid, queryContext()),
      () => bare.domainGetState(domain),
    ),
  ];
}
