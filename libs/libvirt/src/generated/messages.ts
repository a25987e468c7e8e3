// Generated from libs/libvirt/protocol by tools/generate.ts. Do not edit: change the tables and generate again.

import type { AnyMessage, BodyOf, Message } from '../wire/procedure.ts';
import { readTypedParam, writeTypedParam, readDomain, writeDomain, readNetwork, writeNetwork, readStoragePool, writeStoragePool, readSecret, writeSecret, readNodeDevice, writeNodeDevice, readDomainEventGraphicsAddress, writeDomainEventGraphicsAddress, readDomainEventGraphicsIdentity, writeDomainEventGraphicsIdentity } from './records.ts';
import type { TypedParam, Domain, Network, StoragePool, Secret, NodeDevice, DomainEventGraphicsAddress, DomainEventGraphicsIdentity } from './records.ts';

export const domainEventCallbackLifecycle: Message<{ readonly callbackId: number; readonly dom: Domain; readonly event: number; readonly detail: number }> = {
  name: 'domain_event_callback_lifecycle',
  program: 0x20008086,
  version: 1,
  number: 318,
  source: 'domain',
  eventId: 0,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.i32(v.event, 'event');
      w.i32(v.detail, 'detail');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      event: r.i32('event'),
      detail: r.i32('detail'),
    }),
  },
};

export const domainEventCallbackReboot: Message<{ readonly callbackId: number; readonly dom: Domain }> = {
  name: 'domain_event_callback_reboot',
  program: 0x20008086,
  version: 1,
  number: 319,
  source: 'domain',
  eventId: 1,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
    }),
  },
};

export const domainEventCallbackRtcChange: Message<{ readonly callbackId: number; readonly dom: Domain; readonly offset: bigint }> = {
  name: 'domain_event_callback_rtc_change',
  program: 0x20008086,
  version: 1,
  number: 320,
  source: 'domain',
  eventId: 2,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.i64(v.offset, 'offset');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      offset: r.i64('offset'),
    }),
  },
};

export const domainEventCallbackWatchdog: Message<{ readonly callbackId: number; readonly dom: Domain; readonly action: number }> = {
  name: 'domain_event_callback_watchdog',
  program: 0x20008086,
  version: 1,
  number: 321,
  source: 'domain',
  eventId: 3,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.i32(v.action, 'action');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      action: r.i32('action'),
    }),
  },
};

export const domainEventCallbackIoError: Message<{ readonly callbackId: number; readonly dom: Domain; readonly srcPath: string; readonly devAlias: string; readonly action: number }> = {
  name: 'domain_event_callback_io_error',
  program: 0x20008086,
  version: 1,
  number: 322,
  source: 'domain',
  eventId: 4,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.str(v.srcPath, 'srcPath');
      w.str(v.devAlias, 'devAlias');
      w.i32(v.action, 'action');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      srcPath: r.str('srcPath'),
      devAlias: r.str('devAlias'),
      action: r.i32('action'),
    }),
  },
};

export const domainEventCallbackGraphics: Message<{ readonly callbackId: number; readonly dom: Domain; readonly phase: number; readonly local: DomainEventGraphicsAddress; readonly remote: DomainEventGraphicsAddress; readonly authScheme: string; readonly subject: readonly DomainEventGraphicsIdentity[] }> = {
  name: 'domain_event_callback_graphics',
  program: 0x20008086,
  version: 1,
  number: 323,
  source: 'domain',
  eventId: 5,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.i32(v.phase, 'phase');
      writeDomainEventGraphicsAddress(w, v.local);
      writeDomainEventGraphicsAddress(w, v.remote);
      w.str(v.authScheme, 'authScheme');
      w.list(v.subject, 'subject', 20, writeDomainEventGraphicsIdentity);
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      phase: r.i32('phase'),
      local: readDomainEventGraphicsAddress(r),
      remote: readDomainEventGraphicsAddress(r),
      authScheme: r.str('authScheme'),
      subject: r.list('subject', 20, readDomainEventGraphicsIdentity),
    }),
  },
};

export const domainEventCallbackIoErrorReason: Message<{ readonly callbackId: number; readonly dom: Domain; readonly srcPath: string; readonly devAlias: string; readonly action: number; readonly reason: string }> = {
  name: 'domain_event_callback_io_error_reason',
  program: 0x20008086,
  version: 1,
  number: 324,
  source: 'domain',
  eventId: 6,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.str(v.srcPath, 'srcPath');
      w.str(v.devAlias, 'devAlias');
      w.i32(v.action, 'action');
      w.str(v.reason, 'reason');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      srcPath: r.str('srcPath'),
      devAlias: r.str('devAlias'),
      action: r.i32('action'),
      reason: r.str('reason'),
    }),
  },
};

export const domainEventCallbackControlError: Message<{ readonly callbackId: number; readonly dom: Domain }> = {
  name: 'domain_event_callback_control_error',
  program: 0x20008086,
  version: 1,
  number: 325,
  source: 'domain',
  eventId: 7,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
    }),
  },
};

export const domainEventCallbackBlockJob: Message<{ readonly callbackId: number; readonly dom: Domain; readonly path: string; readonly type: number; readonly status: number }> = {
  name: 'domain_event_callback_block_job',
  program: 0x20008086,
  version: 1,
  number: 326,
  source: 'domain',
  eventId: 8,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.str(v.path, 'path');
      w.i32(v.type, 'type');
      w.i32(v.status, 'status');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      path: r.str('path'),
      type: r.i32('type'),
      status: r.i32('status'),
    }),
  },
};

export const domainEventCallbackDiskChange: Message<{ readonly callbackId: number; readonly dom: Domain; readonly oldSrcPath: string | null; readonly newSrcPath: string | null; readonly devAlias: string; readonly reason: number }> = {
  name: 'domain_event_callback_disk_change',
  program: 0x20008086,
  version: 1,
  number: 327,
  source: 'domain',
  eventId: 9,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      if (w.present(v.oldSrcPath, 'oldSrcPath')) w.str(v.oldSrcPath, 'oldSrcPath');
      if (w.present(v.newSrcPath, 'newSrcPath')) w.str(v.newSrcPath, 'newSrcPath');
      w.str(v.devAlias, 'devAlias');
      w.i32(v.reason, 'reason');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      oldSrcPath: r.bool('oldSrcPath') ? r.str('oldSrcPath') : null,
      newSrcPath: r.bool('newSrcPath') ? r.str('newSrcPath') : null,
      devAlias: r.str('devAlias'),
      reason: r.i32('reason'),
    }),
  },
};

export const domainEventCallbackTrayChange: Message<{ readonly callbackId: number; readonly dom: Domain; readonly devAlias: string; readonly reason: number }> = {
  name: 'domain_event_callback_tray_change',
  program: 0x20008086,
  version: 1,
  number: 328,
  source: 'domain',
  eventId: 10,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.str(v.devAlias, 'devAlias');
      w.i32(v.reason, 'reason');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      devAlias: r.str('devAlias'),
      reason: r.i32('reason'),
    }),
  },
};

export const domainEventCallbackPmwakeup: Message<{ readonly callbackId: number; readonly dom: Domain }> = {
  name: 'domain_event_callback_pmwakeup',
  program: 0x20008086,
  version: 1,
  number: 329,
  source: 'domain',
  eventId: 11,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
    }),
  },
};

export const domainEventCallbackPmsuspend: Message<{ readonly callbackId: number; readonly dom: Domain }> = {
  name: 'domain_event_callback_pmsuspend',
  program: 0x20008086,
  version: 1,
  number: 330,
  source: 'domain',
  eventId: 12,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
    }),
  },
};

export const domainEventCallbackBalloonChange: Message<{ readonly callbackId: number; readonly dom: Domain; readonly actual: bigint }> = {
  name: 'domain_event_callback_balloon_change',
  program: 0x20008086,
  version: 1,
  number: 331,
  source: 'domain',
  eventId: 13,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.u64(v.actual, 'actual');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      actual: r.u64('actual'),
    }),
  },
};

export const domainEventCallbackPmsuspendDisk: Message<{ readonly callbackId: number; readonly dom: Domain }> = {
  name: 'domain_event_callback_pmsuspend_disk',
  program: 0x20008086,
  version: 1,
  number: 332,
  source: 'domain',
  eventId: 14,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
    }),
  },
};

export const domainEventCallbackDeviceRemoved: Message<{ readonly callbackId: number; readonly dom: Domain; readonly devAlias: string }> = {
  name: 'domain_event_callback_device_removed',
  program: 0x20008086,
  version: 1,
  number: 333,
  source: 'domain',
  eventId: 15,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.str(v.devAlias, 'devAlias');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      devAlias: r.str('devAlias'),
    }),
  },
};

export const domainEventBlockJob2: Message<{ readonly callbackId: number; readonly dom: Domain; readonly dst: string; readonly type: number; readonly status: number }> = {
  name: 'domain_event_block_job_2',
  program: 0x20008086,
  version: 1,
  number: 339,
  source: 'domain',
  eventId: 16,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.str(v.dst, 'dst');
      w.i32(v.type, 'type');
      w.i32(v.status, 'status');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      dst: r.str('dst'),
      type: r.i32('type'),
      status: r.i32('status'),
    }),
  },
};

export const domainEventCallbackTunable: Message<{ readonly callbackId: number; readonly dom: Domain; readonly params: readonly TypedParam[] }> = {
  name: 'domain_event_callback_tunable',
  program: 0x20008086,
  version: 1,
  number: 346,
  source: 'domain',
  eventId: 17,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.list(v.params, 'params', 2048, writeTypedParam);
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      params: r.list('params', 2048, readTypedParam),
    }),
  },
};

export const domainEventCallbackAgentLifecycle: Message<{ readonly callbackId: number; readonly dom: Domain; readonly state: number; readonly reason: number }> = {
  name: 'domain_event_callback_agent_lifecycle',
  program: 0x20008086,
  version: 1,
  number: 348,
  source: 'domain',
  eventId: 18,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.i32(v.state, 'state');
      w.i32(v.reason, 'reason');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      state: r.i32('state'),
      reason: r.i32('reason'),
    }),
  },
};

export const domainEventCallbackDeviceAdded: Message<{ readonly callbackId: number; readonly dom: Domain; readonly devAlias: string }> = {
  name: 'domain_event_callback_device_added',
  program: 0x20008086,
  version: 1,
  number: 354,
  source: 'domain',
  eventId: 19,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.str(v.devAlias, 'devAlias');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      devAlias: r.str('devAlias'),
    }),
  },
};

export const domainEventCallbackMigrationIteration: Message<{ readonly callbackId: number; readonly dom: Domain; readonly iteration: number }> = {
  name: 'domain_event_callback_migration_iteration',
  program: 0x20008086,
  version: 1,
  number: 359,
  source: 'domain',
  eventId: 20,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.i32(v.iteration, 'iteration');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      iteration: r.i32('iteration'),
    }),
  },
};

export const domainEventCallbackJobCompleted: Message<{ readonly callbackId: number; readonly dom: Domain; readonly params: readonly TypedParam[] }> = {
  name: 'domain_event_callback_job_completed',
  program: 0x20008086,
  version: 1,
  number: 363,
  source: 'domain',
  eventId: 21,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.list(v.params, 'params', 64, writeTypedParam);
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      params: r.list('params', 64, readTypedParam),
    }),
  },
};

export const domainEventCallbackDeviceRemovalFailed: Message<{ readonly callbackId: number; readonly dom: Domain; readonly devAlias: string }> = {
  name: 'domain_event_callback_device_removal_failed',
  program: 0x20008086,
  version: 1,
  number: 367,
  source: 'domain',
  eventId: 22,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.str(v.devAlias, 'devAlias');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      devAlias: r.str('devAlias'),
    }),
  },
};

export const domainEventCallbackMetadataChange: Message<{ readonly callbackId: number; readonly dom: Domain; readonly type: number; readonly nsuri: string | null }> = {
  name: 'domain_event_callback_metadata_change',
  program: 0x20008086,
  version: 1,
  number: 379,
  source: 'domain',
  eventId: 23,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.i32(v.type, 'type');
      if (w.present(v.nsuri, 'nsuri')) w.str(v.nsuri, 'nsuri');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      type: r.i32('type'),
      nsuri: r.bool('nsuri') ? r.str('nsuri') : null,
    }),
  },
};

export const domainEventBlockThreshold: Message<{ readonly callbackId: number; readonly dom: Domain; readonly dev: string; readonly path: string | null; readonly threshold: bigint; readonly excess: bigint }> = {
  name: 'domain_event_block_threshold',
  program: 0x20008086,
  version: 1,
  number: 385,
  source: 'domain',
  eventId: 24,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.str(v.dev, 'dev');
      if (w.present(v.path, 'path')) w.str(v.path, 'path');
      w.u64(v.threshold, 'threshold');
      w.u64(v.excess, 'excess');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      dev: r.str('dev'),
      path: r.bool('path') ? r.str('path') : null,
      threshold: r.u64('threshold'),
      excess: r.u64('excess'),
    }),
  },
};

export const domainEventMemoryFailure: Message<{ readonly callbackId: number; readonly dom: Domain; readonly recipient: number; readonly action: number; readonly flags: number }> = {
  name: 'domain_event_memory_failure',
  program: 0x20008086,
  version: 1,
  number: 423,
  source: 'domain',
  eventId: 25,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.i32(v.recipient, 'recipient');
      w.i32(v.action, 'action');
      w.u32(v.flags, 'flags');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      recipient: r.i32('recipient'),
      action: r.i32('action'),
      flags: r.u32('flags'),
    }),
  },
};

export const domainEventMemoryDeviceSizeChange: Message<{ readonly callbackId: number; readonly dom: Domain; readonly alias: string; readonly size: bigint }> = {
  name: 'domain_event_memory_device_size_change',
  program: 0x20008086,
  version: 1,
  number: 438,
  source: 'domain',
  eventId: 26,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.str(v.alias, 'alias');
      w.u64(v.size, 'size');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      alias: r.str('alias'),
      size: r.u64('size'),
    }),
  },
};

export const networkEventLifecycle: Message<{ readonly callbackId: number; readonly net: Network; readonly event: number; readonly detail: number }> = {
  name: 'network_event_lifecycle',
  program: 0x20008086,
  version: 1,
  number: 315,
  source: 'network',
  eventId: 0,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeNetwork(w, v.net);
      w.i32(v.event, 'event');
      w.i32(v.detail, 'detail');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      net: readNetwork(r),
      event: r.i32('event'),
      detail: r.i32('detail'),
    }),
  },
};

export const connectEventConnectionClosed: Message<{ readonly reason: number }> = {
  name: 'connect_event_connection_closed',
  program: 0x20008086,
  version: 1,
  number: 362,
  source: 'connect',
  eventId: 0,
  body: {
    write: (w, v) => {
      w.i32(v.reason, 'reason');
    },
    read: (r) => ({
      reason: r.i32('reason'),
    }),
  },
};

export const storagePoolEventLifecycle: Message<{ readonly callbackId: number; readonly pool: StoragePool; readonly event: number; readonly detail: number }> = {
  name: 'storage_pool_event_lifecycle',
  program: 0x20008086,
  version: 1,
  number: 370,
  source: 'storagePool',
  eventId: 0,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeStoragePool(w, v.pool);
      w.i32(v.event, 'event');
      w.i32(v.detail, 'detail');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      pool: readStoragePool(r),
      event: r.i32('event'),
      detail: r.i32('detail'),
    }),
  },
};

export const storagePoolEventRefresh: Message<{ readonly callbackId: number; readonly pool: StoragePool }> = {
  name: 'storage_pool_event_refresh',
  program: 0x20008086,
  version: 1,
  number: 373,
  source: 'storagePool',
  eventId: 1,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeStoragePool(w, v.pool);
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      pool: readStoragePool(r),
    }),
  },
};

export const nodeDeviceEventLifecycle: Message<{ readonly callbackId: number; readonly dev: NodeDevice; readonly event: number; readonly detail: number }> = {
  name: 'node_device_event_lifecycle',
  program: 0x20008086,
  version: 1,
  number: 376,
  source: 'nodeDevice',
  eventId: 0,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeNodeDevice(w, v.dev);
      w.i32(v.event, 'event');
      w.i32(v.detail, 'detail');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dev: readNodeDevice(r),
      event: r.i32('event'),
      detail: r.i32('detail'),
    }),
  },
};

export const nodeDeviceEventUpdate: Message<{ readonly callbackId: number; readonly dev: NodeDevice }> = {
  name: 'node_device_event_update',
  program: 0x20008086,
  version: 1,
  number: 377,
  source: 'nodeDevice',
  eventId: 1,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeNodeDevice(w, v.dev);
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dev: readNodeDevice(r),
    }),
  },
};

export const secretEventLifecycle: Message<{ readonly callbackId: number; readonly secret: Secret; readonly event: number; readonly detail: number }> = {
  name: 'secret_event_lifecycle',
  program: 0x20008086,
  version: 1,
  number: 382,
  source: 'secret',
  eventId: 0,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeSecret(w, v.secret);
      w.i32(v.event, 'event');
      w.i32(v.detail, 'detail');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      secret: readSecret(r),
      event: r.i32('event'),
      detail: r.i32('detail'),
    }),
  },
};

export const secretEventValueChanged: Message<{ readonly callbackId: number; readonly secret: Secret }> = {
  name: 'secret_event_value_changed',
  program: 0x20008086,
  version: 1,
  number: 383,
  source: 'secret',
  eventId: 1,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeSecret(w, v.secret);
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      secret: readSecret(r),
    }),
  },
};

export const domainMonitorEvent: Message<{ readonly callbackId: number; readonly dom: Domain; readonly event: string; readonly seconds: bigint; readonly micros: number; readonly details: string | null }> = {
  name: 'domain_monitor_event',
  program: 0x20008087,
  version: 1,
  number: 6,
  source: 'qemuMonitor',
  eventId: 0,
  body: {
    write: (w, v) => {
      w.i32(v.callbackId, 'callbackId');
      writeDomain(w, v.dom);
      w.str(v.event, 'event');
      w.i64(v.seconds, 'seconds');
      w.u32(v.micros, 'micros');
      if (w.present(v.details, 'details')) w.str(v.details, 'details');
    },
    read: (r) => ({
      callbackId: r.i32('callbackId'),
      dom: readDomain(r),
      event: r.str('event'),
      seconds: r.i64('seconds'),
      micros: r.u32('micros'),
      details: r.bool('details') ? r.str('details') : null,
    }),
  },
};

/** All of them. */
export const messages: readonly AnyMessage[] = [
  domainEventCallbackLifecycle,
  domainEventCallbackReboot,
  domainEventCallbackRtcChange,
  domainEventCallbackWatchdog,
  domainEventCallbackIoError,
  domainEventCallbackGraphics,
  domainEventCallbackIoErrorReason,
  domainEventCallbackControlError,
  domainEventCallbackBlockJob,
  domainEventCallbackDiskChange,
  domainEventCallbackTrayChange,
  domainEventCallbackPmwakeup,
  domainEventCallbackPmsuspend,
  domainEventCallbackBalloonChange,
  domainEventCallbackPmsuspendDisk,
  domainEventCallbackDeviceRemoved,
  domainEventBlockJob2,
  domainEventCallbackTunable,
  domainEventCallbackAgentLifecycle,
  domainEventCallbackDeviceAdded,
  domainEventCallbackMigrationIteration,
  domainEventCallbackJobCompleted,
  domainEventCallbackDeviceRemovalFailed,
  domainEventCallbackMetadataChange,
  domainEventBlockThreshold,
  domainEventMemoryFailure,
  domainEventMemoryDeviceSizeChange,
  networkEventLifecycle,
  connectEventConnectionClosed,
  storagePoolEventLifecycle,
  storagePoolEventRefresh,
  nodeDeviceEventLifecycle,
  nodeDeviceEventUpdate,
  secretEventLifecycle,
  secretEventValueChanged,
  domainMonitorEvent,
];

/** What an event carries, by the object it is about and its event ID. */
export interface EventBodies {
  readonly domain: {
    readonly 0: BodyOf<typeof domainEventCallbackLifecycle>;
    readonly 1: BodyOf<typeof domainEventCallbackReboot>;
    readonly 2: BodyOf<typeof domainEventCallbackRtcChange>;
    readonly 3: BodyOf<typeof domainEventCallbackWatchdog>;
    readonly 4: BodyOf<typeof domainEventCallbackIoError>;
    readonly 5: BodyOf<typeof domainEventCallbackGraphics>;
    readonly 6: BodyOf<typeof domainEventCallbackIoErrorReason>;
    readonly 7: BodyOf<typeof domainEventCallbackControlError>;
    readonly 8: BodyOf<typeof domainEventCallbackBlockJob>;
    readonly 9: BodyOf<typeof domainEventCallbackDiskChange>;
    readonly 10: BodyOf<typeof domainEventCallbackTrayChange>;
    readonly 11: BodyOf<typeof domainEventCallbackPmwakeup>;
    readonly 12: BodyOf<typeof domainEventCallbackPmsuspend>;
    readonly 13: BodyOf<typeof domainEventCallbackBalloonChange>;
    readonly 14: BodyOf<typeof domainEventCallbackPmsuspendDisk>;
    readonly 15: BodyOf<typeof domainEventCallbackDeviceRemoved>;
    readonly 16: BodyOf<typeof domainEventBlockJob2>;
    readonly 17: BodyOf<typeof domainEventCallbackTunable>;
    readonly 18: BodyOf<typeof domainEventCallbackAgentLifecycle>;
    readonly 19: BodyOf<typeof domainEventCallbackDeviceAdded>;
    readonly 20: BodyOf<typeof domainEventCallbackMigrationIteration>;
    readonly 21: BodyOf<typeof domainEventCallbackJobCompleted>;
    readonly 22: BodyOf<typeof domainEventCallbackDeviceRemovalFailed>;
    readonly 23: BodyOf<typeof domainEventCallbackMetadataChange>;
    readonly 24: BodyOf<typeof domainEventBlockThreshold>;
    readonly 25: BodyOf<typeof domainEventMemoryFailure>;
    readonly 26: BodyOf<typeof domainEventMemoryDeviceSizeChange>;
  };
  readonly network: {
    readonly 0: BodyOf<typeof networkEventLifecycle>;
  };
  readonly connect: {
    readonly 0: BodyOf<typeof connectEventConnectionClosed>;
  };
  readonly storagePool: {
    readonly 0: BodyOf<typeof storagePoolEventLifecycle>;
    readonly 1: BodyOf<typeof storagePoolEventRefresh>;
  };
  readonly nodeDevice: {
    readonly 0: BodyOf<typeof nodeDeviceEventLifecycle>;
    readonly 1: BodyOf<typeof nodeDeviceEventUpdate>;
  };
  readonly secret: {
    readonly 0: BodyOf<typeof secretEventLifecycle>;
    readonly 1: BodyOf<typeof secretEventValueChanged>;
  };
  readonly qemuMonitor: {
    readonly 0: BodyOf<typeof domainMonitorEvent>;
  };
}
