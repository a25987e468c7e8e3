/** The calls that turn events on and off, by the kind of object. */
import * as p from '../generated/procedures.ts';
import type { EventBodies } from '../generated/messages.ts';
import type { Domain, Network, NodeDevice, Secret, StoragePool } from '../generated/records.ts';
import type { Procedure } from '../wire/procedure.ts';

/** What a subscriber may narrow its events down to. */
export interface EventFilters {
  readonly domain: { readonly domain?: Domain };
  readonly network: { readonly network?: Network };
  readonly storagePool: { readonly pool?: StoragePool };
  readonly nodeDevice: { readonly device?: NodeDevice };
  readonly secret: { readonly secret?: Secret };
  /** `event`: name of a QEMU event; all without. */
  readonly qemuMonitor: { readonly domain?: Domain; readonly event?: string };
  readonly connect: object;
}

/** Which events: of what kind of object (domains, when not said), which one, and of which object (all, when not said). */
export type EventRequest<
  Source extends keyof EventBodies,
  Id extends keyof EventBodies[Source],
> = EventFilters[Source] & { readonly eventId: Id } & (Source extends 'domain'
    ? { readonly source?: Source }
    : { readonly source: Source });

/** A request of any kind. */
export interface AnyEventRequest {
  readonly source?: keyof EventBodies;
  readonly eventId: PropertyKey;
  readonly domain?: Domain;
  readonly network?: Network;
  readonly pool?: StoragePool;
  readonly device?: NodeDevice;
  readonly secret?: Secret;
  readonly event?: string;
}

/** Makes a call on the session. */
export type Caller = <Args, Result>(procedure: Procedure<Args, Result>, args: Args) => Promise<Result>;

/** Turns events on; resolves to the callback ID that their messages carry. */
export async function register(call: Caller, request: AnyEventRequest): Promise<number> {
  const {
    source = 'domain',
    domain = null,
    network = null,
    pool = null,
    device = null,
    secret = null,
    event = null,
  } = request;
  const eventId = Number(request.eventId);
  switch (source) {
    case 'domain':
      return (await call(p.connectDomainEventCallbackRegisterAny, { eventId, dom: domain })).callbackId;
    case 'network':
      return (await call(p.connectNetworkEventRegisterAny, { eventId, net: network })).callbackId;
    case 'storagePool':
      return (await call(p.connectStoragePoolEventRegisterAny, { eventId, pool })).callbackId;
    case 'nodeDevice':
      return (await call(p.connectNodeDeviceEventRegisterAny, { eventId, dev: device })).callbackId;
    case 'secret':
      return (await call(p.connectSecretEventRegisterAny, { eventId, secret })).callbackId;
    case 'qemuMonitor':
      return (await call(p.connectDomainMonitorEventRegister, { dom: domain, event, flags: 0 })).callbackId;
    case 'connect':
      await call(p.connectRegisterCloseCallback, undefined);
      return 0;
    default:
      return source satisfies never;
  }
}

/** Turns them off again. */
export async function deregister(call: Caller, source: keyof EventBodies, callbackId: number): Promise<void> {
  switch (source) {
    case 'domain':
      return call(p.connectDomainEventCallbackDeregisterAny, { callbackId });
    case 'network':
      return call(p.connectNetworkEventDeregisterAny, { callbackId });
    case 'storagePool':
      return call(p.connectStoragePoolEventDeregisterAny, { callbackId });
    case 'nodeDevice':
      return call(p.connectNodeDeviceEventDeregisterAny, { callbackId });
    case 'secret':
      return call(p.connectSecretEventDeregisterAny, { callbackId });
    case 'qemuMonitor':
      return call(p.connectDomainMonitorEventDeregister, { callbackId });
    case 'connect':
      return call(p.connectUnregisterCloseCallback, undefined);
    default:
      return source satisfies never;
  }
}

/** Equal for requests that one registration at the daemon serves. */
export function registrationKey(request: AnyEventRequest): string {
  const { source = 'domain', eventId, domain, network, pool, device, secret, event } = request;
  const object = domain?.uuid ?? network?.uuid ?? pool?.uuid ?? secret?.uuid ?? device?.name ?? '';
  return JSON.stringify([source, Number(eventId), object, event ?? '']);
}
