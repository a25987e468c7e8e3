import { ErrorCode, ErrorDomain } from './generated/constants.ts';
import { readErrorRecord } from './generated/records.ts';
import type { Domain, ErrorRecord, Network } from './generated/records.ts';
import { decodeBody } from './wire/procedure.ts';

const codeNames = namesOf(ErrorCode);
const domainNames = namesOf(ErrorDomain);

/** The daemon answered a call, or ended a stream, with an error. Whether a retry can help depends on `code`. */
export class LibvirtError extends Error {
  override readonly name = 'LibvirtError';
  /** `virErrorNumber`: see {@link ErrorCode}. */
  readonly code: number;
  /** Name of `code`, such as `NO_DOMAIN`; `ERROR_<n>` when this library does not know it. */
  readonly codeName: string;
  /** `virErrorDomain`: which part of libvirt raised it. */
  readonly domain: number;
  readonly domainName: string;
  /** 1 warning, 2 error. */
  readonly level: number;
  /** Parts of the message; what they hold depends on `code`. */
  readonly str1: string | null;
  readonly str2: string | null;
  readonly str3: string | null;
  readonly int1: number;
  readonly int2: number;
  /** The domain or network that it is about, where the daemon says so. */
  readonly dom: Domain | null;
  readonly net: Network | null;
  /** Name of the procedure that failed. */
  readonly procedure: string;

  constructor(record: ErrorRecord, procedure: string) {
    super(record.message ?? 'the daemon gave no message');
    this.code = record.code;
    this.codeName = codeNames.get(record.code) ?? `ERROR_${record.code}`;
    this.domain = record.domain;
    this.domainName = domainNames.get(record.domain) ?? `DOMAIN_${record.domain}`;
    this.level = record.level;
    this.str1 = record.str1;
    this.str2 = record.str2;
    this.str3 = record.str3;
    this.int1 = record.int1;
    this.int2 = record.int2;
    this.dom = record.dom;
    this.net = record.net;
    this.procedure = procedure;
  }
}

/** Reads the error that `packet` carries, in answer to `procedure`. */
export function readFailure(procedure: string, packet: Buffer): LibvirtError {
  return new LibvirtError(decodeBody(`${procedure} error`, { read: readErrorRecord }, packet), procedure);
}

/** Whether `error` is a {@link LibvirtError} with one of `codes`. */
export function hasCode(error: unknown, ...codes: ErrorCode[]): error is LibvirtError {
  return error instanceof LibvirtError && (codes as number[]).includes(error.code);
}

/** There is no such domain (any more). */
export const isNoDomain = (error: unknown): error is LibvirtError => hasCode(error, ErrorCode.NO_DOMAIN);
/** The operation does not fit the object's state: "already running", "domain is not running". */
export const isOperationInvalid = (error: unknown): error is LibvirtError =>
  hasCode(error, ErrorCode.OPERATION_INVALID);
/** A lock (the domain's job) was not to be had in time; somebody else holds it. Nothing was done. */
export const isOperationTimeout = (error: unknown): error is LibvirtError =>
  hasCode(error, ErrorCode.OPERATION_TIMEOUT);
/** Somebody aborted it. */
export const isOperationAborted = (error: unknown): error is LibvirtError =>
  hasCode(error, ErrorCode.OPERATION_ABORTED);
/** The operation was tried and failed. */
export const isOperationFailed = (error: unknown): error is LibvirtError => hasCode(error, ErrorCode.OPERATION_FAILED);
/** This daemon, driver or configuration cannot do it. */
export const isUnsupported = (error: unknown): error is LibvirtError =>
  hasCode(
    error,
    ErrorCode.NO_SUPPORT,
    ErrorCode.OPERATION_UNSUPPORTED,
    ErrorCode.CONFIG_UNSUPPORTED,
    ErrorCode.ARGUMENT_UNSUPPORTED,
  );
/** The guest agent is not configured, not connected or does not answer. */
export const isAgentUnresponsive = (error: unknown): error is LibvirtError =>
  hasCode(error, ErrorCode.AGENT_UNRESPONSIVE, ErrorCode.AGENT_UNSYNCED);
/** The device to detach or update is not there. */
export const isDeviceMissing = (error: unknown): error is LibvirtError => hasCode(error, ErrorCode.DEVICE_MISSING);
/** The domain has no metadata of that kind or URI. */
export const isNoDomainMetadata = (error: unknown): error is LibvirtError =>
  hasCode(error, ErrorCode.NO_DOMAIN_METADATA);
/** The object that was looked up does not exist, whatever its kind. */
export const isNotFound = (error: unknown): error is LibvirtError =>
  hasCode(
    error,
    ErrorCode.NO_DOMAIN,
    ErrorCode.NO_NETWORK,
    ErrorCode.NO_STORAGE_POOL,
    ErrorCode.NO_STORAGE_VOL,
    ErrorCode.NO_NODE_DEVICE,
    ErrorCode.NO_INTERFACE,
    ErrorCode.NO_NWFILTER,
    ErrorCode.NO_SECRET,
    ErrorCode.NO_DOMAIN_SNAPSHOT,
    ErrorCode.NO_DOMAIN_CHECKPOINT,
  );

function namesOf(constants: Record<string, number>): Map<number, string> {
  return new Map(Object.entries(constants).map(([name, value]) => [value, name]));
}
