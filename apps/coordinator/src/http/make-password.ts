import { randomInt } from 'node:crypto';

/** Nova's: nothing that is read as something else (0 O, 1 I l). */
const kinds = ['23456789', 'ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghijkmnopqrstuvwxyz'] as const;
const all = kinds.join('');
/** 16 of 57 characters: some 93 bits. */
const LENGTH = 16;

/** A password that nobody has chosen, with something of each kind, for guests that ask for that. */
export function makePassword(): string {
  for (;;) {
    const text = Array.from({ length: LENGTH }, () => all[randomInt(all.length)]).join('');
    if (kinds.every((kind) => [...kind].some((one) => text.includes(one)))) return text;
  }
}
