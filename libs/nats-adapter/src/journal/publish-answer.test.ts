import { describe, expect, it } from 'vitest';
import { publishAnswer } from './publish-answer.ts';

const error = (code: number, err_code: number, description = 'said') =>
  JSON.stringify({ error: { code, err_code, description } });

describe("the server's answer to an append", () => {
  it('is stored, also when it is a duplicate', () => {
    expect(publishAnswer('{"stream":"EVT_h1","seq":7}')).toEqual({ kind: 'stored', seq: 7 });
    expect(publishAnswer('{"stream":"EVT_h1","seq":7,"duplicate":true}')).toEqual({ kind: 'stored', seq: 7 });
  });

  it('tells the last sequence where the server does', () => {
    expect(publishAnswer(error(400, 10071, 'wrong last sequence: 12'))).toEqual({ kind: 'wrongLast', last: 12 });
    expect(publishAnswer(error(400, 10164, 'wrong last sequence'))).toEqual({ kind: 'wrongLast', last: 0 });
  });

  it.each([
    [503, 10077, 'full'],
    [500, 10047, 'full'],
    [503, 10023, 'full'],
    [400, 10054, 'tooBig'],
    [400, 10060, 'otherStream'],
    [503, 10008, 'notNow'],
    [503, 10076, 'notNow'],
    [500, 99999, 'notNow'],
    [400, 10109, 'forbidden'],
    [400, 99999, 'forbidden'],
  ])('of status %i and number %i is %s', (status, number, kind) => {
    expect(publishAnswer(error(status, number)).kind).toBe(kind);
  });

  it.each(['', 'garbage', '{}', '{"seq":0,"stream":"x"}', '{"seq":7}'])(
    'is asked for again when it is "%s"',
    (text) => {
      expect(publishAnswer(text).kind).toBe('notNow');
    },
  );
});
