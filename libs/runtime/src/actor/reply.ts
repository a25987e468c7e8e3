import type { Answer, HostName, InstanceState } from '@chronovirt/contract';

/**
 * What the sender of a command gets. `answer` rests on a stored message. `error` means that nothing was decided and nothing stored:
 * `HALTED` (the history cannot be read on), `NO_SUCH_INSTANCE`, `STOPPING`, `JOURNAL_…`.
 */
export type CommandReply<S = InstanceState> =
  | {
      readonly kind: 'answer';
      readonly answer: Answer;
      readonly host: HostName;
      readonly seq: number;
      readonly state: S | null;
    }
  /** A link of the history was taken, now or before. */
  | { readonly kind: 'linked'; readonly host: HostName; readonly seq: number; readonly state: S | null }
  | { readonly kind: 'error'; readonly code: string; readonly message: string };
