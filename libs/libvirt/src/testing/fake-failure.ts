import type { ErrorRecord } from '../generated/records.ts';

/** Thrown by a handler of the fake daemon: it answers with this error record. */
export class FakeFailure extends Error {
  readonly record: ErrorRecord;

  constructor(record: Partial<ErrorRecord> & { readonly code: number }) {
    super(record.message ?? 'scripted failure');
    const rest = { dom: null, str1: null, str2: null, str3: null, int1: -1, int2: -1, net: null };
    this.record = { domain: 10, message: this.message, level: 2, ...rest, ...record };
  }
}
