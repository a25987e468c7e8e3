import { randomUUID } from 'node:crypto';
import { turnMessage, type TurnMessage } from '@chronovirt/contract';
import { verify } from '@chronovirt/machines';
import { expect, test } from 'vitest';
import { deletedHistory, fill, runningHistory, type Template } from './template.ts';

/** A history as a reader of the stream meets it: sequences with gaps, since others write between. */
function stored(template: Template, uuid: string): { seq: number; message: TurnMessage }[] {
  const seqs: number[] = [];
  return template.messages.map((message, n) => {
    const seq = 5 + n * 3;
    seqs.push(seq);
    return { seq, message: turnMessage.parse(JSON.parse(fill(message, uuid, seqs))) };
  });
}

test.each([
  ['running', runningHistory('alpha', 50)],
  ['deleted', deletedHistory('alpha', 50)],
])(
  'the charts agree with every message of a %s history, whatever instance and sequences it is filled with',
  (end, template) => {
    const uuid = randomUUID();
    const entries = stored(template, uuid);
    expect(verify(entries)).toMatchObject({ ok: true, events: template.events });
    expect(template.events).toBeGreaterThanOrEqual(48);
    const { state, instance } = entries.at(-1)?.message ?? {};
    expect(instance).toBe(uuid);
    expect(state?.value).toBe(end);
    expect(state?.actor.role.kind).toBe(end === 'running' ? 'owner' : 'closed');
    expect(JSON.stringify(entries)).not.toMatch(/0b0b0b0b|70000000\d{5}/);
  },
);
