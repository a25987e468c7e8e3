/** What a sender is told where nothing was stored for it. */
import type { Decision } from '@chronovirt/machines';
import { JournalFault } from '../ports/journal-fault.ts';
import type { Halt } from './halt.ts';
import type { CommandReply } from './reply.ts';

type ErrorReply = Extract<CommandReply<never>, { kind: 'error' }>;

export const unreadable: ErrorReply = {
  kind: 'error',
  code: 'JOURNAL_UNREACHABLE',
  message: 'the history cannot be read just now; nothing was done',
};

export const stopping: ErrorReply = { kind: 'error', code: 'STOPPING', message: 'the agent stops; nothing was done' };

/** Why a link was not taken. */
export function notTaken({ code, why }: Extract<Decision<unknown>, { kind: 'nothing' }>): ErrorReply {
  return {
    kind: 'error',
    code: code === 'unknown' ? 'NO_SUCH_INSTANCE' : `NOT_TAKEN_${code.toUpperCase()}`,
    message: why,
  };
}

export function halted(id: string, halt: Halt): ErrorReply {
  return {
    kind: 'error',
    code: 'HALTED',
    message: `instance ${id} is halted (${halt.code}): ${halt.message}; only delete is taken`,
  };
}

/** The turn itself broke off. */
export function brokenOff(error: unknown): ErrorReply {
  return {
    kind: 'error',
    code: error instanceof JournalFault ? error.code : 'HALTED',
    message: error instanceof Error ? error.message : String(error),
  };
}
