/** What `deploy/` tells an operator is what the programs take: the examples parse, and every field and default is explained as it is. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { agentConfig } from '../../apps/agent/src/config.ts';
import { watchdogConfig } from '../../apps/agent/src/watchdog/config.ts';
import { processConfig } from '../../apps/coordinator/src/config/process-config.ts';
import { checkout } from '../setup/places.mjs';

const deploy = join(checkout, 'deploy');
const units = readdirSync(join(deploy, 'systemd'));

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly default?: unknown;
}

/** Fields by path, each with its default as JSON, or null where there is none. */
function fieldsOf(schema: Schema, path = ''): Map<string, string | null> {
  const found = new Map<string, string | null>();
  for (const variant of schema.oneOf ?? [schema]) {
    for (const [name, field] of Object.entries(variant.properties ?? {})) {
      const here = path === '' ? name : `${path}.${name}`;
      const inner = new Map([...fieldsOf(field, here), ...fieldsOf(field.items ?? {}, `${here}[]`)]);
      const isGroup = field.properties !== undefined || field.oneOf !== undefined;
      if (!isGroup || inner.size === 0)
        found.set(here, field.default === undefined ? null : JSON.stringify(field.default));
      for (const [name_, value] of inner) found.set(name_, value);
    }
  }
  return found;
}

/** The table's fields by path, each with the text of its default. */
function tableOf(title: string): Map<string, string> {
  const text = readFileSync(join(deploy, 'README.md'), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(title)) ?? '';
  return new Map(
    [...section.matchAll(/^\| `([^`]+)` +\| (.*?) *\| (.+) \|$/gm)].map(([, field = '', value = '']) => [field, value]),
  );
}

/** Fields that an example has a value for. */
function pathsOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value))
    return value.some((one) => typeof one === 'object')
      ? [path, ...value.flatMap((one) => pathsOf(one, `${path}[]`))]
      : [path];
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([name, one]) => pathsOf(one, path === '' ? name : `${path}.${name}`));
}

describe.each([
  {
    name: 'agent',
    schema: agentConfig,
    without: [
      'nats.tls.caFile',
      'nats.tls.certFile',
      'nats.tls.keyFile',
      'driver.sharedStorage',
      'driver.liveMigration.address',
      'driver.liveMigration.bandwidthMiBps',
      'driver.liveMigration.maxDowntimeMs',
      'driver.powerCommands.reboot',
      'driver.powerCommands.shutdown',
      'driver.powerCommands.startup',
      'driver.profile',
      'peer.tls.certFile',
      'peer.tls.keyFile',
      'peer.tls.caFile',
      'watchdog.socket',
    ],
  },
  { name: 'coordinator', schema: processConfig, without: ['nats.tls.caFile', 'nats.tls.certFile', 'nats.tls.keyFile'] },
  { name: 'watchdog', schema: watchdogConfig, without: ['kill.command'] },
])('deploy/$name.json', ({ name, schema, without }) => {
  const file = join(deploy, `${name}.json`);
  const fields = fieldsOf(z.toJSONSchema(schema, { io: 'input' }) as Schema);

  it('is taken by the program', () => {
    const { error } = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    expect(error?.issues ?? []).toEqual([]);
  });

  it('shows every field that there is', () => {
    const shown = new Set(pathsOf(JSON.parse(readFileSync(file, 'utf8'))));
    expect([...fields.keys()].filter((field) => !shown.has(field))).toEqual(without);
  });

  it('is explained field by field, with the defaults that hold', () => {
    const table = tableOf(`Fields of \`${name}.json\``);
    expect([...table.keys()].toSorted()).toEqual([...fields.keys()].toSorted());
    for (const [field, said] of table) {
      if (said.startsWith('built in')) continue; // a list that the coordinator tells: chronovirt flavors
      const value = fields.get(field) ?? null;
      expect(`${field}: ${said}`).toBe(`${field}: ${value === null ? '' : `\`${value}\``}`);
    }
  });
});

describe.each(units)('deploy/systemd/%s', (unit) => {
  const text = readFileSync(join(deploy, 'systemd', unit), 'utf8');

  it('comes back after every end, and names only what is built or said to be there', () => {
    expect(text).toContain('Restart=always');
    expect(text).toMatch(
      /^ExecStart=\/usr\/(bin\/node (--max-semi-space-size=4 )?\/opt\/chronovirt\/(agent\/agent|coordinator\/coordinator|watchdog\/watchdog)\.js --config \/etc\/chronovirt\/(agent|coordinator|watchdog)\.json|local\/bin\/nats-server --config \/etc\/nats-server\.conf)$/m,
    );
  });

  it('is understood by systemd', ({ skip }) => {
    const { error, stderr } = spawnSync('systemd-analyze', ['verify', join(deploy, 'systemd', unit)], {
      encoding: 'utf8',
    });
    if (error !== undefined) return skip('there is no systemd-analyze on this machine');
    const complaints = stderr
      .split('\n')
      .filter((line) => line !== '' && !/is not executable|Unit \S+ not found/.test(line));
    expect(complaints).toEqual([]);
  });
});

it("an agent's unit never ends a guest", () => {
  expect(readFileSync(join(deploy, 'systemd/chronovirt-agent.service'), 'utf8')).toContain('\nKillMode=process\n');
});
