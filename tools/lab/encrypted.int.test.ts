/**
 * Two real hosts that know each other by IPv6, and everything between them encrypted: NATS, agents, libvirt, QEMU. A wiretap in one of
 * them says what could be read on the way. With `CHRONOVIRT_FULL=1` also the files of a cold move, the wiretap's own proof, and hosts that
 * do not believe each other.
 */
import { appendFileSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { tmpdir } from 'node:os';
import { Authority, listenIn, type Heard } from '@chronovirt/testing/lab';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { guestImage } from '../guest-image/build.mjs';
import { stateDir } from '../setup/places.mjs';
import { LabSystem } from './lab-system.ts';
import { leftOfInstances } from './leftovers.ts';
import { Story } from './story.ts';

const isFull = process.env['CHRONOVIRT_FULL'] === '1';
const [LIBVIRT, LIBVIRT_PLAIN, AGENT] = [16514, 16509, 8775];
/** The first that QEMU is given; ports that others are given by the kernel are among them too. */
const QEMU = 49152;
const MiB = 2 ** 20;

/** It is in the guest's config drive, in its memory, and on its disk. */
const SECRET = `read-me-if-you-can-${process.pid}`;
const KEEPS_SECRET = `yes ${SECRET} | head -c 4000000 > /run/secret
yes ${SECRET} | head -c 1000000 > /persist/secret; sync
`;
/** The command's exit code where everything is as it was before. */
const ROLLED_BACK = 7;

const directory = mkdtempSync(join(tmpdir(), 'cv-enc-'));
const lines: string[] = [];
const say = (line: string): void => void lines.push(line);
let system: LabSystem;
let story: Story;
let ours: Authority;
let uuid: string;

beforeAll(async () => {
  process.env['CHRONOVIRT_STATE'] = directory;
  ours = new Authority(join(stateDir(), 'ours'), 'ours');
  system = await LabSystem.start({ storage: 'own', apiPort: 0, watchdog: false }, say, undefined, ours);
  story = new Story(system, say);
  await story.createCounter('web', system.a, KEEPS_SECRET);
  uuid = await story.uuid('web');
});
afterEach(({ task }) => {
  if (task.result?.state === 'fail') process.stdout.write(`${lines.join('\n')}\n`);
});
afterAll(async () => {
  await system?.stop(say);
  rmSync(directory, { recursive: true, force: true });
});

/** What passed the cards of host-b while something was done. */
async function overheard(work: () => Promise<unknown>): Promise<readonly Heard[]> {
  const tap = await listenIn(system.b.host, [SECRET, uuid]);
  let heard: readonly Heard[] = [];
  try {
    await work();
  } finally {
    heard = await tap.stop();
    for (const each of heard) say(`  overheard: ${JSON.stringify(each)}`);
  }
  return heard;
}

const isAt = ({ ports }: Heard, port: number): boolean => ports.includes(port);
/** Neither has a port of anybody else. */
const isOfQemu = (heard: Heard): boolean =>
  heard.ports[1] >= QEMU && ![LIBVIRT, AGENT, system.nats.port].some((port) => isAt(heard, port));
const inPlain = (heard: readonly Heard[]): Heard[] => heard.filter(({ words }) => words.length > 0);
const bytesBy6 = (heard: readonly Heard[], is: (each: Heard) => boolean): number =>
  heard.filter((each) => each.family === 6 && is(each)).reduce((sum, { bytes }) => sum + bytes, 0);

describe('two hosts that know each other by IPv6 and certificates', () => {
  it('hand a running guest over with its image, its disk and its config drive, and nobody on the way can read any of it', async () => {
    // So that the other host has to ask this one for it.
    await story.chronovirt('image', 'delete', basename((await guestImage()).disk), '--force');
    const heard = await overheard(() => story.moveWhileCounting('web', system.b));
    expect(inPlain(heard)).toEqual([]);
    expect(bytesBy6(heard, (each) => isAt(each, LIBVIRT))).toBeGreaterThan(0);
    expect(bytesBy6(heard, (each) => isAt(each, system.nats.port))).toBeGreaterThan(0);
    expect(bytesBy6(heard, (each) => isAt(each, AGENT))).toBeGreaterThan(10 * MiB);
    expect(bytesBy6(heard, isOfQemu)).toBeGreaterThan(20 * MiB);
    expect(heard.filter((each) => each.family === 4 && (isAt(each, LIBVIRT_PLAIN) || isOfQemu(each)))).toEqual([]);
  });
});

describe.runIf(isFull)('the same two hosts', () => {
  it('take it back the same way', async () => {
    expect(inPlain(await overheard(() => story.moveWhileCounting('web', system.a)))).toEqual([]);
  });

  it('could be listened to where QEMU is not told to encrypt', async () => {
    await system.use({ storage: 'own', moves: { nativeTls: false } });
    const heard = await overheard(() => story.moveWhileCounting('web', system.b));
    expect(inPlain(heard).every(isOfQemu)).toBe(true);
    // Memory and disk each.
    expect(inPlain(heard).filter(({ words }) => words.includes(SECRET)).length).toBeGreaterThanOrEqual(2);
    await system.use({ storage: 'own' });
  });

  it('bring the files of a stopped guest over', async () => {
    const heard = await overheard(async () => {
      await story.chronovirt('cold-migrate', 'web', '--host', system.a.name);
      await story.chronovirt('confirm-resize', 'web');
    });
    expect(inPlain(heard)).toEqual([]);
    expect(bytesBy6(heard, (each) => isAt(each, AGENT))).toBeGreaterThan(MiB);
    story.runsOnlyOn('web', system.a, uuid);
    await story.goesOn('web');
  });
});

describe.runIf(isFull)('hosts of which one believes another authority', () => {
  let strangers: Authority;
  beforeAll(() => {
    strangers = new Authority(join(stateDir(), 'strangers'), 'strangers');
  });
  // Whatever was changed.
  afterEach(async () => {
    for (const { host } of system.hosts) host.trust(ours);
    await system.b.host.restart();
    await system.b.stopAgent();
    await system.b.startAgent();
  });

  /** A file of the source's QEMU. */
  const qemus = (file: string): string => join(stateDir(), 'host-a/pki/qemu', file);
  /** The source's QEMU as the client of another's. */
  const shows = (authority: Authority): void =>
    copyFileSync(authority.sign('host-a', [system.a.host.address]).certFile, qemus('client-cert.pem'));

  /** The order is refused with these words; the guest has not noticed, and the other host has made nothing for it. */
  async function refused(why: RegExp, ...order: string[]): Promise<void> {
    const before = await story.counted('web');
    expect(await story.exits(ROLLED_BACK, ...order, 'web', '--host', system.b.name)).toMatch(why);
    story.runsOnlyOn('web', system.a, uuid);
    await story.countsOn('web', before);
    expect(readdirSync(system.b.host.instancesOutside).filter((name) => name.startsWith(uuid))).toEqual([]);
  }

  it('by its libvirt: the move is refused in the check', async () => {
    system.b.host.trust(strangers, ['libvirt']);
    await system.b.host.restart();
    await refused(
      /host-a and the libvirt at qemu\+tls:\/\/\[fd00:77::2\]\/system do not believe each other: .*not believed by \/etc\/pki\/CA\/cacert.pem/,
      'live-migrate',
    );
  });

  it('by its QEMU: the move is refused in the check', async () => {
    system.b.host.trust(strangers, ['qemu']);
    await refused(
      /certificate that the destination shows is not believed on host-a by \/etc\/pki\/qemu\/ca-cert.pem: .*CN=strangers/,
      'live-migrate',
    );
  });

  it('by its agent: files of a cold move are refused while the guest still runs', async () => {
    system.b.host.trust(strangers, ['chronovirt']);
    await system.b.stopAgent();
    await system.b.startAgent();
    await refused(
      /certificate of the peer service at \[fd00:77::2\]:8775 is not believed here: .*peer.tls of both hosts/,
      'cold-migrate',
    );
  });

  it('by the certificate that its QEMU shows: the move is refused in the check of its own host', async () => {
    shows(strangers);
    await refused(
      /its own \/etc\/pki\/qemu\/client-cert.pem is not believed on host-a by \/etc\/pki\/qemu\/ca-cert.pem: .*CN=strangers/,
      'live-migrate',
    );
  });

  it('and believes the other as well: the destination refuses before it makes anything', async () => {
    shows(strangers);
    appendFileSync(qemus('ca-cert.pem'), readFileSync(strangers.caFile));
    await refused(
      /certificate that the source shows is not believed on host-b by \/etc\/pki\/qemu\/ca-cert.pem: .*CN=strangers/,
      'live-migrate',
    );
  });
});

describe('in the end', () => {
  it('nothing is left on either host', async () => {
    await story.chronovirt('delete', 'web');
    expect(leftOfInstances(system)).toEqual([]);
  });
});
