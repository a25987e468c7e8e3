/**
 * What the driver adds to the bare calls of libvirt, side by side on one private libvirt: `node libs/libvirt-adapter/bench/overhead.ts
 * [--json]`. Each row: the median of the driver's method, the median of the calls that nobody can do without, the difference, and how
 * many calls the method makes.
 */
import { closeSync, openSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainStatsType, GetAllDomainStatsFlag, Libvirt, domainByUuid } from '@chronovirt/libvirt';
import { effectContext, queryContext } from '../src/testing/effect-context.ts';
import { startLabHost } from '../src/testing/lab-host.ts';
import { someUuid } from '../src/testing/records.ts';

interface Row {
  readonly name: string;
  readonly driverMs: number;
  readonly bareMs: number;
  readonly deltaMs: number;
  readonly goalMs: number;
  readonly calls: number;
}

const ROUNDS = { slow: 12, quick: 100 } as const;
const SPARE_DOMAINS = 5;

let calls = 0;
const original = Libvirt.connect;
Libvirt.connect = (options) =>
  original.call(Libvirt, {
    ...options,
    onPacket: ({ direction, header }) => void (calls += direction === 'out' && header.type === 0 ? 1 : 0),
  });

const lab = await startLabHost('bench');
const bare = await original.call(Libvirt, { uri: lab.settings.uri });
const median = (all: number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN;
const timed = async (act: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await act();
  return performance.now() - start;
};

/** Driver and bare calls take turns, so that a busy moment of the machine hits both. */
async function row(
  name: string,
  goalMs: number,
  rounds: number,
  driver: () => Promise<number>,
  floor: () => Promise<number>,
): Promise<Row> {
  const [ours, theirs, made]: number[][] = [[], [], []];
  for (let round = 0; round < rounds; round += 1) {
    const before = calls;
    ours!.push(await driver());
    made!.push(calls - before);
    theirs!.push(await floor());
  }
  const [driverMs, bareMs] = [median(ours!), median(theirs!)];
  return { name, driverMs, bareMs, deltaMs: driverMs - bareMs, goalMs, calls: median(made!) };
}

try {
  const context = () => effectContext(guest.instance.uuid);
  const guest = lab.spawnArgs();
  const domain = domainByUuid(guest.instance.uuid);
  const rows: Row[] = [];
  await lab.driver.spawn(guest, effectContext(guest.instance.uuid));
  const xml = await bare.domainGetXmlDesc(domain, 2);
  for (let index = 0; index < SPARE_DOMAINS; index += 1) {
    const { instance } = lab.spawnArgs();
    await bare.domainDefineXmlFlags(
      xml
        .replaceAll(guest.instance.uuid, instance.uuid)
        .replace(/<mac address='[^']*'/, `<mac address='52:54:00:99:00:0${index}'`),
    );
  }

  let op = 10;
  rows.push(
    await row(
      'spawn (cached image)',
      30,
      ROUNDS.slow,
      async () => {
        const args = lab.spawnArgs();
        const spent = await timed(() => lab.driver.spawn(args, effectContext(args.instance.uuid)));
        await bare.domainDestroyFlags(domainByUuid(args.instance.uuid));
        await lab.driver.destroy(
          { ...args, destroyDisks: true, destroySecrets: true },
          effectContext(args.instance.uuid),
        );
        return spent;
      },
      async () => {
        const uuid = someUuid();
        const directory = join(lab.instances, uuid);
        await mkdir(directory);
        for (const file of ['disk', 'disk.config'])
          await copyFile(join(lab.instances, guest.instance.uuid, file), join(directory, file));
        closeSync(openSync(join(directory, 'console.log'), 'w'));
        const definition = xml
          .replaceAll(guest.instance.uuid, uuid)
          .replace(/<target dev='tap[^']*'/, '')
          .replace(/<mac address='[^']*'/, `<mac address='52:54:00:98:00:01'`)
          .replace(/<target dev="tap[^"]*"\/>/, '');
        const spent = await timed(async () => {
          await bare.domainDefineXmlFlags(definition);
          await bare.domainCreateWithFlags(domainByUuid(uuid));
        });
        await bare.domainDestroyFlags(domainByUuid(uuid));
        await bare.domainUndefineFlags(domainByUuid(uuid), 1);
        return spent;
      },
    ),
    await row(
      'power on',
      20,
      ROUNDS.slow,
      async () => {
        await bare.domainDestroyFlags(domain);
        const mark = { epoch: 1, op: (op += 1) };
        return await timed(() => lab.driver.powerOn(guest, effectContext(guest.instance.uuid, { mark })));
      },
      async () => {
        await bare.domainDestroyFlags(domain);
        return await timed(async () => {
          await bare.domainDefineXmlFlags(xml);
          await bare.domainCreateWithFlags(domain);
        });
      },
    ),
    await row(
      'pause',
      1,
      ROUNDS.quick,
      async () => {
        const spent = await timed(() => lab.driver.pause(guest, context()));
        await bare.domainResume(domain);
        return spent;
      },
      async () => {
        const spent = await timed(() => bare.domainSuspend(domain));
        await bare.domainResume(domain);
        return spent;
      },
    ),
    await row(
      'get_info',
      1,
      ROUNDS.quick,
      () => timed(() => lab.driver.getInfo(guest, queryContext())),
      () => timed(() => bare.domainGetInfo(domain)),
    ),
    await row(
      'list_instances',
      1,
      ROUNDS.quick,
      () => timed(() => lab.driver.listInstances({}, queryContext())),
      () => timed(() => bare.connectListAllDomains()),
    ),
    await row(
      'get_available_resource (inventory)',
      10,
      ROUNDS.quick,
      () => timed(() => lab.driver.getAvailableResource({ nodename: '' }, queryContext())),
      () => timed(() => bare.connectGetAllDomainStats([], DomainStatsType.STATE, GetAllDomainStatsFlag.NOWAIT)),
    ),
    await row(
      `observeAll of ${SPARE_DOMAINS + 1}`,
      10,
      ROUNDS.quick,
      () => timed(() => lab.driver.observeAll(queryContext())),
      () => timed(() => bare.connectGetAllDomainStats([], DomainStatsType.STATE, GetAllDomainStatsFlag.NOWAIT)),
    ),
    await row(
      'observe',
      10,
      ROUNDS.quick,
      () => timed(() => lab.driver.observe(guest.instance.uuid, queryContext())),
      () => timed(() => bare.domainGetState(domain)),
    ),
  );
  if (process.argv.includes('--json'))
    console.log(JSON.stringify({ rows: rows.map((one) => ({ ...one, met: one.deltaMs < one.goalMs })) }));
  else {
    console.log('method                                driver ms   bare ms   Δ ms   goal   calls');
    for (const { name, driverMs, bareMs, deltaMs, goalMs, calls: made } of rows) {
      const numbers = [
        driverMs.toFixed(2).padStart(9),
        bareMs.toFixed(2).padStart(9),
        deltaMs.toFixed(2).padStart(6),
        `< ${goalMs}`.padStart(6),
        String(made).padStart(7),
      ];
      console.log(name.padEnd(37), numbers.join(' '));
    }
  }
} finally {
  await bare.close();
  await lab.stop();
}
