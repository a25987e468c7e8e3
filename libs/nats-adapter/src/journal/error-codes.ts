/** JetStream's own error numbers, as far as something is decided by them. */
export const errCodes = {
  noSuitablePeers: 10005,
  unavailable: 10008,
  insufficientResources: 10023,
  noMessage: 10037,
  storageExceeded: 10047,
  messageTooBig: 10054,
  streamNameInUse: 10058,
  streamNotFound: 10059,
  otherStream: 10060,
  wrongLastSequence: 10071,
  notEnabled: 10076,
  storeFailed: 10077,
  streamSealed: 10109,
  /** The same as `wrongLastSequence`, without the number (while another one is in flight on a replicated stream). */
  wrongLastSequenceUnknown: 10164,
} as const;
