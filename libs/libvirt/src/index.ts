/** The public surface: connect, call, subscribe, stream. */
export * from './generated/constants.ts';
export { LibvirtCalls } from './generated/calls.ts';
export type { EventBodies } from './generated/messages.ts';
export * as procedures from './generated/procedures.ts';
export type * from './generated/records.ts';
export { domainByUuid, Libvirt } from './libvirt.ts';
export type { DomainStats, NodeInfo } from './libvirt.ts';
export {
  hasCode,
  isAgentUnresponsive,
  isDeviceMissing,
  isNoDomain,
  isNoDomainMetadata,
  isNotFound,
  isOperationAborted,
  isOperationFailed,
  isOperationInvalid,
  isOperationTimeout,
  isUnsupported,
  LibvirtError,
} from './libvirt-error.ts';
export type { CallOptions } from './session/call-options.ts';
export { connect } from './session/connect.ts';
export type { ConnectOptions } from './session/connect.ts';
export * from './session/errors.ts';
export type { EventHub, SubscribeOptions } from './session/event-hub.ts';
export type { EventFilters, EventRequest } from './session/event-registrations.ts';
export type { Listener, Subscription } from './session/event-sinks.ts';
export type { KeepaliveOptions } from './session/keepalive.ts';
export type { Session, SessionEnd, SessionOptions, TappedPacket } from './session/session.ts';
export type { LibvirtStream } from './session/stream.ts';
export { unixSocketOf } from './session/transport.ts';
export type { TlsFiles, TransportOptions } from './session/transport.ts';
export { parseUri } from './session/uri.ts';
export type { LibvirtUri } from './session/uri.ts';
export { fromTypedParams, toTypedParams, typed } from './typed-params.ts';
export type { TypedParamInput, TypedParams, TypedParamsInput } from './typed-params.ts';
export { LibvirtCodecError } from './wire/codec-error.ts';
export type { PacketHeader } from './wire/packet.ts';
export type { AnyProcedure, ArgsOf, EventSource, Procedure, ResultOf, StreamDirection } from './wire/procedure.ts';
export type { TypedValue } from './wire/typed-value.ts';
