/** `npm run generate -w libs/libvirt`: writes `src/generated` anew from the tables in `protocol/`. */
import { writeFileSync } from 'node:fs';
import { emitCalls } from './emit-calls.ts';
import { emitMessages, emitProcedures, emitRecords } from './emit-codecs.ts';
import { readFacts } from './facts.ts';

/** Name and content of every file that the tables give. */
export function generate(): Map<string, string> {
  const facts = readFacts(new URL('../protocol/', import.meta.url));
  return new Map([
    ['records.ts', emitRecords(facts)],
    ['procedures.ts', emitProcedures(facts)],
    ['messages.ts', emitMessages(facts)],
    ['calls.ts', emitCalls(facts)],
  ]);
}

/** Where they go. */
export const generatedDirectory: URL = new URL('../src/generated/', import.meta.url);

if (import.meta.main) {
  for (const [name, content] of generate()) writeFileSync(new URL(name, generatedDirectory), content);
}
