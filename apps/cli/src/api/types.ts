/** What the API answers, as far as this command reads it. */

export interface InstanceView {
  readonly uuid: string;
  readonly name: string | null;
  readonly host: string | null;
  readonly epoch: number;
  readonly seq: number;
  readonly created: number | null;
  readonly changed: number | null;
  readonly state?: string;
  readonly vmState?: string;
  readonly taskState?: string | null;
  readonly powerState?: number;
  readonly power?: string | null;
  readonly goal?: string | null;
  readonly awaiting?: string | null;
  readonly failure?: FailureView | null;
  readonly lock?: { readonly holder: string; readonly name: string; readonly reason: string } | null;
  readonly imageWork?: string | null;
  /** Something seen that differs from the record and waits for a decision. */
  readonly drift?: { readonly seen: string; readonly heard: string; readonly at: number } | null;
  readonly effect?: {
    readonly method: string;
    readonly op: number;
    readonly attempt: number;
    readonly deadline: number;
  } | null;
  readonly halted?: { readonly code: string; readonly text: string; readonly seq: number } | null;
  readonly migration?: MigrationView | null;
  readonly flavor?: FlavorView;
  readonly image?: { readonly name: string; readonly sha256: string; readonly format: string };
  readonly ports?: readonly {
    readonly mac: string;
    readonly network: { readonly kind: string; readonly name: string };
  }[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly sshKeys?: number;
  readonly sealed?: readonly string[];
}

export interface FlavorView {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly rootGiB: number;
}

export interface Accepted {
  readonly instance: string;
  readonly name?: string;
  readonly command: string;
  readonly host: string;
  readonly seq: number;
  readonly position: string;
  /** The password that was made for the order; told with this answer and never again. */
  readonly adminPassword?: string;
}

/** The move of an instance between hosts that is under way, or the last one. */
export interface MigrationView {
  readonly value: string;
  readonly context: {
    readonly id: string;
    readonly kind: string;
    readonly source: string;
    readonly destination: string | null;
    readonly awaiting: string | null;
    readonly failure: { readonly step: string; readonly code: string; readonly message: string } | null;
  };
}

/** How far a running copy is. Bytes, milliseconds. */
export interface MigrationProgressView {
  readonly phase: string;
  readonly elapsedMs: number;
  readonly memory: { readonly total: number; readonly remaining: number };
  readonly disk: { readonly total: number; readonly remaining: number };
  readonly bytesPerSecond: number;
  readonly iteration: number;
  readonly expectedDowntimeMs: number | null;
  readonly expectedEndMs: number | null;
  /** A share; absent from coordinators of before. */
  readonly slowedBy?: number | null;
}

/** How far what is under way has come. */
export interface ProgressView {
  readonly effects: readonly {
    readonly host: string;
    readonly method: string;
    readonly op: number;
    readonly what: string;
    readonly fraction: number | null;
  }[];
  readonly copy: MigrationProgressView | null;
}

/** Why an instance is failed. `observation`: what was seen, left out by an API of before. */
export interface FailureView {
  readonly method: string;
  readonly code: string;
  readonly message: string;
  readonly observation?: { readonly domain: string; readonly disks: readonly string[] } | null;
}

/** One event of a stored turn. */
export interface EventView {
  readonly type: string;
  readonly part?: string;
  readonly of?: number;
  readonly op?: number;
  readonly deadline?: number;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly to: string;
}

export interface MessageView {
  readonly id: string;
  readonly instance: string;
  readonly host: string;
  readonly epoch: number;
  readonly at: number;
  readonly by: { readonly kind: string; readonly name: string };
  readonly command: string | null;
  readonly cause: string | null;
  readonly machine: string;
  readonly events: readonly EventView[];
  readonly state: StateView;
}

export interface StateView {
  readonly value: string;
  readonly context: {
    readonly goal: string | null;
    readonly origin: string | null;
    readonly awaiting: string | null;
    readonly failure: FailureView | null;
  };
  readonly parts: {
    readonly power: string | null;
    readonly lock: { readonly name: string; readonly reason: string } | null;
    readonly image: string;
    readonly migration?: MigrationView;
  };
  readonly actor: {
    readonly role: { readonly kind: string; readonly host?: string; readonly epoch?: number };
    readonly epoch: number;
    readonly op: number;
    readonly due: readonly {
      readonly method: string;
      readonly op: number;
      readonly deadline: number;
      readonly attempt: number;
    }[];
  };
}

/** A stored message, or one that cannot be read. */
export interface HistoryEntry {
  readonly host: string;
  readonly seq: number;
  readonly message?: MessageView;
  readonly unreadable?: { readonly code: string; readonly text: string };
}

export interface ImageView {
  readonly sha256: string;
  readonly name: string;
  readonly format: string;
  readonly bytes: number;
  readonly virtualBytes: number;
  readonly uploaded: number;
  readonly by: string;
  /** The instances that the system made it for; left out: it is a person's. */
  readonly madeFor?: readonly string[];
  readonly properties?: Readonly<Record<string, string>>;
}

/** An image that was made of an instance, as its history names it. Bytes. */
export interface MadeImageView {
  readonly name: string;
  readonly sha256: string;
  readonly format: string;
  readonly bytes: number;
  readonly virtualBytes: number;
}

/** What a host reports of itself. */
export interface HostReportView {
  readonly enabled: boolean;
  readonly driver: string;
  readonly hypervisor: string;
  readonly acceleration: { readonly kind: string; readonly why: string };
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
  readonly freeDiskGiB: number;
  readonly waitingFor: string | null;
  readonly bootId: string;
  readonly incarnation: string;
  readonly address?: string;
  readonly sharedStorage?: string;
  readonly watchdog?: { readonly boundMs: number };
}

/** A host in a list; one that is lost since before the coordinator began has no report. */
export interface HostView extends Partial<HostReportView> {
  readonly host: string;
  readonly alive: boolean;
  readonly silentMs: number | null;
  readonly state: string | null;
  readonly closed: string | null;
  readonly maintenance: string | null;
  readonly alarm: HostAlarmView | null;
  readonly placed: { readonly instances: number; readonly vcpus: number; readonly memoryMiB: number };
}

export interface HostAlarmView {
  readonly code: string;
  readonly message: string;
  readonly at: number;
}

/** What is recorded of a host. */
export interface HostRecordView {
  readonly value: string;
  readonly means: string;
  readonly term: number;
  readonly serves: boolean;
  readonly lostAt: number | null;
  readonly wanted: { readonly reason: string; readonly name: string; readonly at: number } | null;
  readonly failure: { readonly method: string; readonly code: string; readonly message: string } | null;
  readonly awaiting: string | null;
  readonly parts: {
    readonly service: {
      readonly value: string;
      readonly said: { readonly reason: string; readonly name: string } | null;
    };
    readonly maintenance: {
      readonly value: string;
      readonly budget: number;
      readonly result: {
        readonly moved: number;
        readonly except: readonly { readonly instance: string; readonly name: string; readonly why: string }[];
        readonly more: number;
      } | null;
    };
    readonly power: { readonly action: string; readonly value: string; readonly message: string | null } | null;
    readonly alarm: HostAlarmView | null;
  };
}

/** A drain: how far it is, or what came of it. */
export interface DrainView {
  readonly isRunning: boolean;
  readonly moved: number;
  readonly waiting: number;
  readonly moving: readonly (ProgressView & {
    readonly instance: string;
    readonly name: string;
    readonly kind: string | null;
    readonly to: string | null;
    readonly step: string | null;
    readonly awaiting: string | null;
  })[];
  readonly stayed: readonly { readonly instance: string; readonly name: string; readonly why: string }[];
  readonly more: number;
}

export interface HostShown {
  readonly host: string;
  readonly report: HostReportView | null;
  readonly alive: boolean;
  readonly silentMs: number | null;
  readonly seq: number;
  readonly closed: string | null;
  readonly placed: { readonly instances: number; readonly vcpus: number; readonly memoryMiB: number };
  readonly proof:
    | ({ readonly kind: string; readonly term: number; readonly at: number } & Record<string, unknown>)
    | null;
  readonly drain: DrainView | null;
  readonly record: HostRecordView | null;
  readonly orders: readonly {
    readonly name: string;
    readonly allowed: boolean;
    readonly fact?: string;
    readonly path?: readonly string[] | null;
  }[];
}

export interface Explanation {
  /** It would be taken, if who has to take it could be told anything now: why not (`h1 is lost`). */
  readonly away?: string;
  /** Arguments that were not given and that the answer rests on. */
  readonly dependsOn?: readonly string[];
  readonly command: string;
  readonly allowed: boolean;
  readonly guard?: string;
  readonly fact?: string;
  readonly path?: readonly string[] | null;
}
