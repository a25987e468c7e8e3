/** Why an instance's actor does nothing any more but a delete: its history cannot be read on, or the journal refuses its messages. */
export interface Halt {
  readonly code: string;
  readonly message: string;
  /** Sequence of the message that could not be used, when it was one. */
  readonly seq: number | null;
}
