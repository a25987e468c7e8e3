/** What the coordinator orders of this host and no single instance: its term, its use, its power. */
import { ChronovirtError, madeImage, type HostContext, type Incarnation } from '@chronovirt/contract';
import type { Host } from '@chronovirt/runtime';
import { z } from 'zod';
import type { HostDriver } from './driver.ts';

const standDownOrder = z.strictObject({ term: z.int().nonnegative() });
const enabledOrder = z.strictObject({ enabled: z.boolean() });
const modeOrder = z.strictObject({ mode: z.boolean() });
const imagesOrder = z.strictObject({ images: z.array(madeImage).max(1_000) });
const powerOrder = z.strictObject({ action: z.enum(['reboot', 'shutdown', 'startup']) });

export class HostOrders {
  readonly #host: Host;
  readonly #driver: HostDriver['driver'];
  readonly #images: HostDriver['images'];
  readonly #incarnation: Incarnation;

  constructor(host: Host, { driver, images }: Pick<HostDriver, 'driver' | 'images'>, incarnation: Incarnation) {
    this.#host = host;
    this.#driver = driver;
    this.#images = images;
    this.#incarnation = incarnation;
  }

  /** Carries out one order. Throws `UNKNOWN_ORDER`, `INVALID_INPUT`, `NOT_IMPLEMENTED`, or the driver's error. */
  async handle(method: string, args: unknown, deadlineMs: number): Promise<unknown> {
    const host = this.#host.host;
    switch (method) {
      case 'confirm':
        await this.#host.confirm();
        return { ...this.#host.standing, incarnation: this.#incarnation };
      case 'standDown':
        return this.#standDown(parse(standDownOrder, args).term, deadlineMs);
      case 'removeImages':
        return this.#removeImages(parse(imagesOrder, args));
      case 'setHostEnabled':
        return this.#drive('setHostEnabled', parse(enabledOrder, args), deadlineMs);
      case 'hostMaintenanceMode':
        return this.#drive('hostMaintenanceMode', { host, ...parse(modeOrder, args) }, deadlineMs);
      case 'hostPowerAction':
        return this.#drive('hostPowerAction', parse(powerOrder, args), deadlineMs);
      default:
        throw new ChronovirtError('UNKNOWN_ORDER', `no order ${method} for a host`);
    }
  }

  /** Answers once no guest runs here; that the term is over is read in the journal and never believed of the caller. */
  async #standDown(term: number, deadlineMs: number): Promise<unknown> {
    const stoodDown = await this.#host.standsDown(AbortSignal.timeout(Math.max(1, deadlineMs - 1_000)));
    const { standing } = this.#host;
    if (standing === null || standing.term !== term || !standing.barred)
      throw new ChronovirtError(
        'TERM_GOES_ON',
        `term ${term} is not over here: the host is in term ${standing?.term ?? 'unknown'}`,
      );
    if (!stoodDown)
      throw new ChronovirtError('GUESTS_LEFT', 'guests still run, or what runs could not be looked at', {
        retry: 'later',
      });
    return { ...standing, incarnation: this.#incarnation };
  }

  /** Images that the cluster has no use for. One that was made again since it was listed stays; the answer says which are gone. */
  async #removeImages({ images }: z.infer<typeof imagesOrder>): Promise<{ removed: string[] }> {
    const removed: string[] = [];
    for (const image of images) if (await this.#images.removeMade(image)) removed.push(image.sha256);
    return { removed };
  }

  async #drive(
    method: 'setHostEnabled' | 'hostMaintenanceMode' | 'hostPowerAction',
    args: object,
    deadlineMs: number,
  ): Promise<unknown> {
    const call = this.#driver[method] as ((args: object, context: HostContext) => Promise<unknown>) | undefined;
    if (typeof call !== 'function')
      throw new ChronovirtError('NOT_IMPLEMENTED', `the driver of this host does not have ${method}`);
    const ends = performance.now() + deadlineMs;
    const signal = AbortSignal.timeout(deadlineMs);
    const said = await call.call(this.#driver, args, {
      incarnation: this.#incarnation,
      permit: { signal, check: () => signal.throwIfAborted() },
      remainingMs: () => Math.max(0, ends - performance.now()),
      progress: () => {},
    });
    return { said: typeof said === 'string' ? said.slice(0, 500) : '' };
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
