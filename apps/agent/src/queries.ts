/** Queries to this host's driver: past every mailbox, nothing is recorded. */
import {
  ChronovirtError,
  instanceUuid,
  type Incarnation,
  type InstanceSpec,
  type QueryContext,
} from '@chronovirt/contract';
import { vifOf } from '@chronovirt/machines';
import { MoveQueries, moveQueryNames, type Host } from '@chronovirt/runtime';
import { z } from 'zod';
import type { HostDriver } from './driver.ts';
import { recordOf } from './instance-record.ts';

const anything = z.record(z.string(), z.unknown());
const ofInstance = z.strictObject({ instance: instanceUuid });
const consoleQuery = ofInstance.extend({ bytes: z.int().min(1).max(102_400).default(102_400) });

export class Queries {
  readonly #host: Host;
  readonly #driver: HostDriver;
  readonly #moves: MoveQueries;

  constructor(host: Host, driver: HostDriver, incarnation: Incarnation) {
    this.#host = host;
    this.#driver = driver;
    this.#moves = new MoveQueries({ driver: driver.driver, host, incarnation });
  }

  /** Answers one query; throws `UNKNOWN_QUERY` for a name that is none. */
  async handle(method: string, args: unknown, context: QueryContext): Promise<unknown> {
    switch (method) {
      case 'consoleOutput':
        return this.#consoleOutput(parse(consoleQuery, args), context);
      case 'addresses':
        return this.#addresses(parse(ofInstance, args), context);
      case 'info':
        return this.#info(parse(ofInstance, args), context);
      case 'progress':
        return { effects: this.#host.progress(parse(ofInstance, args).instance) };
      case 'madeImages':
        return { images: await this.#driver.images.made() };
      case 'look':
        return this.#driver.driver.observe(parse(ofInstance, args).instance, context);
      default: {
        const answer = await this.#moves.handle(method, parse(anything, args), context);
        if (answer !== undefined) return answer.value;
        const known = ['consoleOutput', 'addresses', 'info', 'progress', 'madeImages', 'look', ...moveQueryNames];
        throw new ChronovirtError('UNKNOWN_QUERY', `no query ${method}; there are ${known.join(', ')}`);
      }
    }
  }

  async #consoleOutput(
    { instance, bytes }: z.infer<typeof consoleQuery>,
    context: QueryContext,
  ): Promise<{ text: string }> {
    const { getConsoleOutput } = this.#driver.driver;
    if (getConsoleOutput === undefined)
      throw new ChronovirtError('CONSOLE_NOT_AVAILABLE', 'the driver of this host has no console output');
    const text = await getConsoleOutput.call(
      this.#driver.driver,
      { instance: await this.#record(instance) } as never,
      context,
    );
    const raw = Buffer.from(text as string | Uint8Array);
    return { text: raw.subarray(Math.max(0, raw.length - bytes)).toString('utf8') };
  }

  async #addresses({ instance }: z.infer<typeof ofInstance>, context: QueryContext): Promise<unknown> {
    const spec = await this.#spec(instance);
    const found = await this.#driver.addresses(instance, spec.ports.map(vifOf), context);
    return {
      addresses: found.map(({ mac, address, source }) => ({
        mac,
        address,
        family: address.includes(':') ? 'ipv6' : 'ipv4',
        source,
      })),
    };
  }

  async #info({ instance }: z.infer<typeof ofInstance>, context: QueryContext): Promise<unknown> {
    const { getInfo } = this.#driver.driver;
    if (getInfo === undefined) throw new ChronovirtError('NOT_IMPLEMENTED', 'the driver of this host has no getInfo');
    const info = await getInfo.call(this.#driver.driver, { instance: await this.#record(instance) } as never, context);
    return JSON.parse(
      JSON.stringify(info, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    );
  }

  async #record(instance: z.infer<typeof instanceUuid>): Promise<unknown> {
    const known = this.#host.state(instance);
    if (known === undefined)
      throw new ChronovirtError('INSTANCE_NOT_FOUND', `instance ${instance} is not on this host`);
    return recordOf(known.state, await this.#spec(instance));
  }

  #spec(instance: z.infer<typeof instanceUuid>): Promise<InstanceSpec> {
    return this.#host.spec(instance);
  }
}

function parse<T>(schema: z.ZodType<T>, args: unknown): T {
  const parsed = schema.safeParse(args);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ChronovirtError(
    'INVALID_INPUT',
    `${issue?.path.join('.') || 'arguments'}: ${issue?.message ?? 'not usable'}`,
  );
}
