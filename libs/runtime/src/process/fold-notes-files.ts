import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { FoldNote, FoldNotes } from '../journal/fold-notes.ts';
import type { Log } from '../ports/log.ts';

const foldNote: z.ZodType<FoldNote> = z.strictObject({
  charts: z.string(),
  upTo: z.int().positive(),
  id: z.string().min(1),
  except: z.array(z.string()),
});

/** Notes as files of a directory, which is made when it is missing: `_folded.<host>`. One that cannot be written is a line in the log. */
export function foldNotesIn(directory: string, log: Log): FoldNotes {
  const fileOf = (host: string): string => join(directory, `_folded.${host}`);
  return {
    load(host) {
      try {
        return foldNote.parse(JSON.parse(readFileSync(fileOf(host), 'utf8')));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
          log.warn(
            { file: fileOf(host), error: String(error) },
            'what was folded before is not known: it is folded again',
          );
        return null;
      }
    },
    save(host, note) {
      const file = fileOf(host);
      try {
        mkdirSync(directory, { recursive: true });
        // Torn by a crash it is no JSON, and not believed.
        writeFileSync(`${file}.new`, JSON.stringify(note));
        renameSync(`${file}.new`, file);
      } catch (error) {
        log.warn({ file, error: String(error) }, 'what was folded is not kept: the next start folds it again');
      }
    },
  };
}
