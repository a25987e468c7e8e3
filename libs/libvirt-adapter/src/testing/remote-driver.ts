/** A driver in a process inside a lab host, as an object here: every call goes over the channel, with the context's facts. */
import { fileURLToPath } from 'node:url';
import {
  DriverError,
  HypervisorUnavailableError,
  InstanceNotFoundError,
  PermitRevokedError,
  methodNames,
  type EffectContext,
  type HostPort,
  type ImplementedDriver,
  type Incarnation,
  type InstanceUuid,
  type Mark,
  type QueryContext,
} from '@chronovirt/contract';
import type { InsideProcessHandle, PairedHost } from '@chronovirt/testing/lab';
import type { LibvirtDriverSettings } from '../host/settings.ts';
import { LibvirtDriver } from '../libvirt-driver.ts';

export type CallbackName = 'postMethod' | 'recoverMethod';

/** What a driver process is made with; images lie in a directory. */
export interface Setup {
  readonly kind: 'setup';
  readonly id: number;
  readonly settings: Omit<LibvirtDriverSettings, 'images' | 'log' | 'peer'>;
  readonly images: string;
  /** With a peer service at `own` (`address:port`), which takes the files of every move; `secret` in hexadecimal digits. */
  readonly peer?: {
    readonly own: string;
    readonly secret: string;
    readonly patienceMs: number;
    readonly silenceMs: number;
  };
}

/** To the process. `ported`: the arguments stand in a row, as in the runtime's port. */
export type Asked =
  | Setup
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly method: string;
      readonly args: unknown;
      readonly ported: boolean;
      readonly context: {
        readonly instance: InstanceUuid;
        readonly mark: Mark;
        readonly incarnation: Incarnation;
        readonly timeMs: number;
      };
    }
  | { readonly kind: 'revoke'; readonly id: number };

/** From the process. */
export type Said =
  | { readonly kind: 'called'; readonly id: number; readonly callback: CallbackName; readonly args: readonly unknown[] }
  | {
      readonly kind: 'end';
      readonly id: number;
      readonly value?: unknown;
      readonly error?: { readonly code: string | null; readonly retry: string | null; readonly message: string };
    };

interface Waiting {
  readonly settle: (said: Extract<Said, { kind: 'end' }>) => void;
  readonly args: unknown;
}

const PORT = [
  'observe',
  'observeAll',
  'barrier',
  'interrupt',
  'steerMigration',
  'recoverMigration',
  'migrationProgress',
  'addressesOf',
] as const;
const ENTRY = fileURLToPath(new URL('driver-process.ts', import.meta.url));

type Context = Partial<EffectContext & QueryContext>;
type Remote = ImplementedDriver & HostPort & Pick<LibvirtDriver, 'addressesOf'>;

export class RemoteDriver {
  /** The driver's methods, the runtime's port, and what the agent asks besides. */
  readonly driver: Remote;
  readonly process: InsideProcessHandle;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  private constructor(inside: InsideProcessHandle) {
    this.process = inside;
    inside.child.on('message', (said: Said) => this.#hear(said));
    const methods = methodNames.filter(
      (name) => LibvirtDriver.prototype[name as never] !== undefined || implemented.has(name),
    );
    const calls = methods.map((name) => [
      name,
      (args: unknown, context: Context) => this.#call(name, args, context, false),
    ]);
    const port = PORT.map((name) => [
      name,
      (...given: unknown[]) =>
        this.#call(name, given.slice(0, -1), given.at(-1) as Context, true).then(name === 'observeAll' ? asMap : same),
    ]);
    const capabilities = { hasImagecache: false, supportsRecreate: true };
    this.driver = { ...Object.fromEntries([...calls, ...port]), capabilities } as Remote;
  }

  /** Starts it inside a host; resolves when the driver is ready. */
  static async start(
    host: PairedHost,
    settings: Setup['settings'],
    images: string,
    more: Pick<Setup, 'peer'> = {},
  ): Promise<RemoteDriver> {
    const env = { ...process.env, NODE_OPTIONS: '' };
    const remote = new RemoteDriver(
      await host.spawnInside(process.execPath, [ENTRY], { ipc: true, output: 'inherit', env }),
    );
    await remote.#ask({ kind: 'setup', id: 0, settings, images, ...more }, null);
    return remote;
  }

  /** As an agent is killed: nobody hears of its calls again. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.process.ended;
  }

  async close(): Promise<void> {
    if (!this.process.lives) return;
    this.process.child.disconnect();
    await this.process.ended;
  }

  #call(method: string, args: unknown, context: Context, ported: boolean): Promise<unknown> {
    const id = (this.#last += 1);
    const timeMs = context.remainingMs?.() ?? context.deadlineMs ?? 60_000;
    const { instance = NOBODY, mark = { epoch: 0, op: 0 }, incarnation = '0000000000000-1' as Incarnation } = context;
    const signal = context.permit?.signal ?? context.signal;
    const revoke = (): void => {
      // A query's signal ends long after the process may have.
      if (this.process.child.connected) this.process.child.send({ kind: 'revoke', id } satisfies Asked);
    };
    signal?.addEventListener('abort', revoke, { once: true });
    const facts = { instance, mark, incarnation, timeMs };
    return this.#ask({ kind: 'call', id, method, args: plain(args), ported, context: facts }, args);
  }

  #ask(asked: Asked, args: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const settle: Waiting['settle'] = ({ value, error }) =>
        error === undefined ? resolve(value) : reject(errorOf(error));
      this.#waiting.set(asked.id, { settle, args });
      this.process.child.send(asked);
    });
  }

  #hear(said: Said): void {
    const waiting = this.#waiting.get(said.id);
    if (waiting === undefined) return;
    if (said.kind === 'called')
      return (waiting.args as Record<string, (...given: readonly unknown[]) => void>)[said.callback]?.(...said.args);
    this.#waiting.delete(said.id);
    waiting.settle(said);
  }
}

const NOBODY = '00000000-0000-4000-8000-000000000000' as InstanceUuid;
const same = (value: unknown): unknown => value;
const asMap = (value: unknown): unknown => new Map(value as [unknown, unknown][]);
/** Methods are fields of a driver object, so one is made to see which there are. */
const implemented: ReadonlySet<string> = new Set(
  Object.keys(
    new LibvirtDriver({
      uri: 'qemu:///nowhere',
      instancesDirectory: '/nonexistent',
      images: { open: () => Promise.reject(new Error('nowhere')) },
      acceleration: { kind: 'tcg', why: '' },
      address: '127.0.0.1',
      log: { debug() {}, info() {}, warn() {}, error() {} },
    }),
  ),
);

/** Functions cannot be sent: the other side knows which are called back. */
function plain(args: unknown): unknown {
  return JSON.parse(
    JSON.stringify(args, (_key, value: unknown) => (typeof value === 'function' ? 'called back' : value)) ?? 'null',
  );
}

function errorOf({ code, retry, message }: NonNullable<Extract<Said, { kind: 'end' }>['error']>): Error {
  switch (code) {
    case null:
      return new Error(message);
    case 'HYPERVISOR_UNAVAILABLE':
      return new HypervisorUnavailableError(message);
    case 'PERMIT_REVOKED':
      return new PermitRevokedError(message);
    case 'INSTANCE_NOT_FOUND':
      return new InstanceNotFoundError(message);
    default:
      return new DriverError(code, message, { retry: retry === 'later' ? 'later' : 'never' });
  }
}
