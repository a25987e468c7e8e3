import { randomBytes } from 'node:crypto';
import { assert, nat, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEY_BYTES, seal, unseal } from './seal.ts';

const bytes = uint8Array({ maxLength: 300 });

describe('sealing', () => {
  const key = randomBytes(KEY_BYTES);

  it('gives back what was sealed, and never the same bytes twice', () => {
    assert(
      property(bytes, (plain) => {
        const sealed = seal(key, 'purpose', plain);
        expect(Buffer.compare(unseal(key, 'purpose', sealed), plain)).toBe(0);
        expect(seal(key, 'purpose', plain).equals(sealed)).toBe(false);
      }),
    );
  });

  it('opens nothing after any one bit was changed', () => {
    assert(
      property(bytes, nat(), (plain, at) => {
        const sealed = seal(key, 'purpose', plain);
        const bit = at % (sealed.length * 8);
        sealed[bit >> 3] = (sealed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => unseal(key, 'purpose', sealed)).toThrow(/authenticate|too short/);
      }),
    );
  });

  it('opens nothing under another key or for another purpose, nor what is cut short', () => {
    const sealed = seal(key, 'purpose', Buffer.from('plain'));
    expect(() => unseal(randomBytes(KEY_BYTES), 'purpose', sealed)).toThrow(/authenticate|too short/);
    expect(() => unseal(key, 'other', sealed)).toThrow(/authenticate|too short/);
    for (let length = 0; length < sealed.length; length++) {
      expect(() => unseal(key, 'purpose', sealed.subarray(0, length))).toThrow(/authenticate|too short/);
    }
  });
});
