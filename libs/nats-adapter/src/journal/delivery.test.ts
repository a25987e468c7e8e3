import { describe, expect, it } from 'vitest';
import { deliveryOf } from './delivery.ts';

describe('the reply subject of a delivered message', () => {
  it('is read as old and as new servers write it', () => {
    const expected = { seq: 42, counter: 7, pending: 3 };
    expect(deliveryOf('$JS.ACK.EVT_h1.reader.1.42.7.1700000000000000000.3')).toEqual(expected);
    expect(deliveryOf('$JS.ACK._.ACCOUNT.EVT_h1.reader.1.42.7.1700000000000000000.3.random')).toEqual(expected);
    expect(deliveryOf('$JS.ACK.hub.ACCOUNT.EVT_h1.reader.1.42.7.1700000000000000000.3')).toEqual(expected);
  });

  it('is nothing when it is another subject', () => {
    expect(deliveryOf('_INBOX.abc')).toBeUndefined();
    expect(deliveryOf('$JS.ACK.EVT_h1.reader')).toBeUndefined();
  });
});
