/**
 * Histories as an earlier version of this project stored them, message by message, on real libvirt. Whatever the charts and the shape of
 * a message become, these are to be read and to mean what they meant: a reader needs an upcaster, or the change is none.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fold, verify, type Entry } from '@chronovirt/machines';
import { expect, test } from 'vitest';
import { parseStored } from '../journal/parse.ts';
import { isReadable } from '../ports/journal.ts';

interface Line {
  readonly host: string;
  readonly seq: number;
  readonly stored: { readonly instance: string; readonly v: number };
}

const directory = new URL('recorded/', import.meta.url);
const linesOf = (file: string): Line[] =>
  readFileSync(new URL(file, directory), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

test.each(readdirSync(directory))('property 5: %s is read, and folds to the states that were recorded', (file) => {
  const segments = Map.groupBy(linesOf(file), ({ host }) => host);
  expect([...segments.keys()]).toEqual(['_cluster', 'h1']);
  for (const lines of segments.values()) {
    const entries = lines.map(({ host, seq, stored }): Entry => {
      const found = parseStored({ host, seq, instance: stored.instance }, JSON.stringify(stored));
      if (!isReadable(found)) throw new Error(`${host}:${seq}: ${JSON.stringify(found)}`);
      return { seq, message: found.message };
    });
    expect(verify(entries)).toMatchObject({ ok: true, messages: lines.length });
    expect(fold(entries)?.value).toBe('deleted');
  }
});
