import { z } from 'zod';
import type { AnswerDoc } from '../route.ts';

/** The parameter that makes a read see what a reply has told of. */
export const since = z
  .string()
  .max(2_000)
  .optional()
  .describe(
    'Answer only when the API has read this far: host:sequence, several separated by commas. Replies to commands tell theirs.',
  );

export const problem = (description: string): AnswerDoc => ({
  description,
  schema: 'Problem',
  type: 'application/problem+json',
});

export const notFound = problem('No such instance.');
export const badInput = problem('The input cannot be used; `field` names what is to blame.');

/** What an accepted order answers. */
export const accepted = z.object({
  instance: z.string().describe('UUID of the instance.'),
  command: z.string().describe('Id of the command; the same id gets the same answer.'),
  host: z.string().describe('Whose stream the acceptance lies in.'),
  seq: z.int().describe('Its sequence there. `since=<host>:<seq>` makes a read see it.'),
  position: z.string().describe('Where the API stood before: events from there on tell all that came of the order.'),
  adminPassword: z
    .string()
    .optional()
    .describe(
      'Of a `rescue` that was given none: the password that was made for the administrator of the rescue system. It is told here, once.',
    ),
});

/** All that can be said against an order. */
export const orderProblems: Record<number, AnswerDoc> = {
  400: badInput,
  404: notFound,
  409: problem('Refused by a guard: `guard`, the fact behind it, and the shortest legal `path` of commands.'),
  412: problem('`ifSeq` is not the last sequence any more.'),
  423: problem('The instance is halted: its history cannot be read on. Delete still works.'),
  503: problem('The host cannot be reached; nothing was done.'),
  504: problem('The host did not answer; it may have taken the order. Sent again with the same id, it is done once.'),
};
