/** What the command ends with; scripts rely on them. */
export const exitCodes = {
  ok: 0,
  /** No API, or something that should never happen. */
  error: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  /** Somebody else changed the instance, or took over. */
  conflict: 5,
  timeout: 6,
  /** It failed, and everything is as it was before. */
  rolledBack: 7,
  /** It failed and needs a person. */
  failed: 8,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeTexts: readonly (readonly [ExitCode, string])[] = [
  [0, 'ok'],
  [1, 'the API cannot be used'],
  [2, 'bad usage or bad input'],
  [3, 'not found'],
  [4, 'refused by a guard'],
  [5, 'conflict: the instance has changed, or another command took over'],
  [6, 'not ready in time; it goes on'],
  [7, 'failed; all is as before'],
  [8, 'failed; needs a person'],
];
