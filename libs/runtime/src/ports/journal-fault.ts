import { ChronovirtError } from '@chronovirt/contract';
import type { JournalFaultCode } from './journal.ts';

/** The journal refuses a message for good; the instance halts until a person has acted. */
export class JournalFault extends ChronovirtError {
  declare readonly code: JournalFaultCode;
  constructor(code: JournalFaultCode, message: string, cause?: unknown) {
    super(code, message, { cause });
  }
}
