/**
 * What every journal has to keep, whatever it is made of. Each implementation runs this whole suite; what only a real server can suffer
 * (kill, freeze) is tested beside that implementation.
 */
import { setImmediate } from 'node:timers/promises';
import { hostTokenOf, type TurnMessage } from '@chronovirt/contract';
import { isReadable, type Appended, type Journal, type Stored } from '@chronovirt/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../lab/until.ts';
import { all, first } from './collect.ts';
import type { JournalLab, LostOnTheWay, Writer } from './journal-lab.ts';
import { newInstance, sampleMessage, sampleStanding } from './sample-message.ts';

/** Runs the suite against what `make` makes. */
export function journalContract(name: string, make: () => Promise<JournalLab>): void {
  describe(`the journal: ${name}`, () => {
    let lab: JournalLab;
    let writer: Writer;
    let journal: Journal;
    let hosts = 0;

    beforeAll(async () => {
      lab = await make();
      writer = await lab.open();
      ({ journal } = writer);
    });
    afterAll(async () => {
      await writer?.close();
      await lab?.dispose();
    });

    /** A host with a stream of its own, so that tests do not meet. */
    async function newHost(by: Journal = journal): Promise<string> {
      const host = `host-${++hosts}`;
      await by.provision(host);
      return host;
    }
    async function put(host: string, instance: string, after = 0, by: Journal = journal): Promise<number> {
      return seqOf(await by.append(sampleMessage(host, instance), after));
    }
    async function chain(host: string, instance: string, length: number): Promise<number[]> {
      const seqs: number[] = [];
      for (let i = 0; i < length; i++) seqs.push(await put(host, instance, seqs.at(-1) ?? 0));
      return seqs;
    }
    async function another<T>(use: (other: Writer) => Promise<T>, options?: { maxBytes?: number }): Promise<T> {
      const other = await lab.open(options);
      try {
        return await use(other);
      } finally {
        await other.heal();
        await other.close();
      }
    }

    describe('appending', () => {
      it('stores the first message of a history and gives it back unchanged', async () => {
        const host = await newHost();
        const message = sampleMessage(host, newInstance());
        const seq = seqOf(await journal.append(message, 0));
        const stored = { seq, host, instance: message.instance, message };
        expect(await journal.last(host, message.instance)).toEqual(stored);
        expect(await journal.get(host, seq)).toEqual(stored);
        expect(await all(journal.read(host, message.instance))).toEqual([stored]);
      });

      it('stores nothing after another message than the expected one, and tells which is the last', async () => {
        const host = await newHost();
        const instance = newInstance();
        const [, second = 0] = await chain(host, instance, 2);
        for (const expected of [0, second - 1, second + 1]) {
          const answer = await journal.append(sampleMessage(host, instance), expected);
          expect(answer).toMatchObject({ kind: 'conflict', last: { seq: second } });
        }
        expect(await journal.append(sampleMessage(host, newInstance()), 1)).toEqual({ kind: 'conflict', last: null });
        expect(await all(journal.read(host, instance))).toHaveLength(2);
      });

      it('answers a message that it knows with its first sequence, whatever was expected', async () => {
        const host = await newHost();
        const message = sampleMessage(host, newInstance());
        const seq = seqOf(await journal.append(message, 0));
        expect(await journal.append(message, 0)).toEqual({ kind: 'stored', seq });
        expect(await journal.append(message, seq)).toEqual({ kind: 'stored', seq });
        expect(await all(journal.read(host, message.instance))).toHaveLength(1);
      });

      it('finds a message that it stored long ago by reading, when its id is no longer known', async () => {
        const host = await lab.forgetfulHost();
        const message = sampleMessage(host, newInstance());
        const seq = seqOf(await journal.append(message, 0));
        await lab.forgetIds(host);
        expect(await journal.append(message, 0)).toEqual({ kind: 'stored', seq });
        expect(await all(journal.read(host, message.instance))).toHaveLength(1);
      });

      it('says conflict when a message of long ago is sent again and others have followed it', async () => {
        const host = await lab.forgetfulHost();
        const message = sampleMessage(host, newInstance());
        const seq = seqOf(await journal.append(message, 0));
        const later = await put(host, message.instance, seq);
        await lab.forgetIds(host);
        expect(await journal.append(message, 0)).toMatchObject({ kind: 'conflict', last: { seq: later } });
        expect(await all(journal.read(host, message.instance))).toHaveLength(2);
      });

      it("keeps the history of a host beside the instances', by compare-and-set, and gives it back as what it is", async () => {
        const host = await newHost();
        const token = hostTokenOf(host);
        const message = sampleMessage(host, newInstance());
        await journal.append(message, 0);
        const ended = sampleStanding(host, 1);
        const seq = seqOf(await journal.append(ended, 0));
        const stored = { seq, host, instance: token, hostMessage: ended };
        expect(await journal.last(host, token)).toEqual(stored);
        expect(await journal.append(sampleStanding(host, 2), 0)).toEqual({ kind: 'conflict', last: stored });
        expect(await journal.append(ended, 0)).toEqual({ kind: 'stored', seq });
        const of = (list: readonly Stored[]): string[] => list.map(({ instance }) => instance).toSorted();
        expect(of(await all(journal.lastOfAll(host)))).toEqual(
          of([stored, { seq: 0, host, instance: message.instance, message }]),
        );
      });

      it('keeps the histories of many instances apart while they grow at once', async () => {
        const host = await newHost();
        const instances = Array.from({ length: 32 }, newInstance);
        const seqs = await Promise.all(instances.map((instance) => chain(host, instance, 10)));
        const flat = seqs.flat();
        expect(new Set(flat).size).toBe(320);
        for (const [index, instance] of instances.entries()) {
          const found = await all(journal.read(host, instance));
          expect(found.map(({ seq }) => seq)).toEqual(seqs[index]);
        }
      });

      it('lets exactly one of several writers follow one message, every time', async () => {
        const host = await newHost();
        const instance = newInstance();
        await another(async (other) => {
          let last = await put(host, instance);
          for (let race = 0; race < 60; race++) {
            const rivals = [journal, other.journal, journal, other.journal].map((by) => ({
              by,
              message: sampleMessage(host, instance),
            }));
            const answers = await Promise.all(rivals.map(({ by, message }) => by.append(message, last)));
            const won = answers.flatMap((answer, index) =>
              answer.kind === 'stored' ? [{ seq: answer.seq, id: rivals[index]?.message.id }] : [],
            );
            expect(won).toHaveLength(1);
            const winner = { seq: won[0]?.seq, message: { id: won[0]?.id } };
            expect(answers.filter(({ kind }) => kind === 'conflict')).toMatchObject(
              Array.from({ length: 3 }, () => ({ last: winner })),
            );
            last = won[0]?.seq ?? 0;
          }
        });
        expect(await all(journal.read(host, instance))).toHaveLength(61);
      });
    });

    describe('lost links', () => {
      it.each<LostOnTheWay>(['request', 'answer'])('stores once when the %s was lost on the way', async (what) => {
        const host = await newHost();
        const instance = newInstance();
        await another(async (other) => {
          const before = await put(host, instance, 0, other.journal);
          other.lose(what);
          const message = sampleMessage(host, instance);
          const seq = seqOf(await other.journal.append(message, before));
          expect(await put(host, instance, seq, other.journal)).toBeGreaterThan(seq);
          expect(ids(await all(journal.read(host, instance)))).toHaveLength(3);
          expect(await journal.get(host, seq)).toMatchObject({ message: { id: message.id } });
        });
      });

      it('waits while the link is lost, and stores when it is back', async () => {
        const host = await newHost();
        const instance = newInstance();
        await another(async (other) => {
          const { link } = other.journal;
          const heard: boolean[] = [];
          const forget = link.onChange((up) => heard.push(up));
          await other.cut();
          await until(() => !link.up(), { what: 'the link is known to be lost' });
          await expect(link.roundTrip()).rejects.toMatchObject({ code: 'JOURNAL_UNREACHABLE' });
          let stored: Appended | undefined;
          const append = other.journal.append(sampleMessage(host, instance), 0).then((answer) => (stored = answer));
          const last = other.journal.last(host, instance);
          expect(await journal.last(host, instance)).toBeNull();
          expect(stored).toBeUndefined();
          await other.heal();
          await link.whenUp();
          expect(await append).toMatchObject({ kind: 'stored' });
          await last;
          await link.roundTrip();
          forget();
          expect(heard).toEqual([false, true]);
        });
        expect(await all(journal.read(host, instance))).toHaveLength(1);
      });

      it('stops waiting with the reason when it is told to', async () => {
        const host = await newHost();
        await another(async (other) => {
          await other.cut();
          await until(() => !other.journal.link.up(), { what: 'the link is known to be lost' });
          const stop = new AbortController();
          const reason = new Error('enough');
          const append = other.journal.append(sampleMessage(host, newInstance()), 0, stop.signal);
          const whenUp = other.journal.link.whenUp(stop.signal);
          stop.abort(reason);
          await expect(append).rejects.toBe(reason);
          await expect(whenUp).rejects.toBe(reason);
        });
        const gone = AbortSignal.abort(new Error('before it began'));
        await expect(journal.append(sampleMessage(host, newInstance()), 0, gone)).rejects.toThrow('before it began');
      });

      it('goes on with every history after the link was lost under many appends', async () => {
        const host = await newHost();
        const instances = Array.from({ length: 16 }, newInstance);
        await another(async (other) => {
          const written = instances.map(() => [] as string[]);
          const stop = new AbortController();
          const lanes = instances.map(async (instance, lane) => {
            let last = 0;
            while (!stop.signal.aborted) {
              const message = sampleMessage(host, instance);
              last = seqOf(await other.journal.append(message, last));
              written[lane]?.push(message.id);
              // A journal in memory answers without ever letting a timer run.
              await setImmediate();
            }
          });
          for (let round = 0; round < 3; round++) {
            const before = written.flat().length;
            await until(() => written.flat().length > before + 50, { what: 'appends go on' });
            await other.cut();
            await until(() => !other.journal.link.up(), { what: 'the link is known to be lost' });
            await other.heal();
          }
          await other.journal.link.whenUp();
          stop.abort();
          await Promise.all(lanes);
          for (const [lane, instance] of instances.entries()) {
            expect(ids(await all(journal.read(host, instance)))).toEqual(written[lane]);
          }
        });
      });
    });

    describe('refusals', () => {
      it('says JOURNAL_FULL when no more fits, and still reads', async () => {
        await another(
          async ({ journal: small }) => {
            const host = await newHost(small);
            expect(small.fill(host)).toBeLessThan(0.1);
            const instance = newInstance();
            let last = 0;
            const fillUp = async () => {
              for (;;) last = await put(host, instance, last, small);
            };
            await expect(fillUp()).rejects.toMatchObject({ code: 'JOURNAL_FULL' });
            expect(await small.last(host, instance)).toMatchObject({ seq: last });
            await until(() => small.fill(host) > 0.9, { what: 'the fill is known' });
            expect(small.fill(host)).toBeLessThanOrEqual(1);
          },
          { maxBytes: 64 * 1024 },
        );
      });

      it('says MESSAGE_TOO_BIG, and takes the next message', async () => {
        const host = await newHost();
        const instance = newInstance();
        for (const bytes of [300 * 1024, 3 * 1024 * 1024]) {
          const message = sampleMessage(host, instance, { note: 'x'.repeat(bytes) });
          await expect(journal.append(message, 0)).rejects.toMatchObject({ code: 'MESSAGE_TOO_BIG' });
        }
        await put(host, instance);
      });

      it('says JOURNAL_FORBIDDEN where this writer may not write', async () => {
        const host = await lab.forbiddenHost();
        await expect(put(host, newInstance())).rejects.toMatchObject({ code: 'JOURNAL_FORBIDDEN' });
        await put(await newHost(), newInstance());
      });

      it('says JOURNAL_MISSING for a host without a stream, to writers and readers', async () => {
        const missing = { code: 'JOURNAL_MISSING' };
        await expect(put('nowhere', newInstance())).rejects.toMatchObject(missing);
        await expect(journal.last('nowhere', newInstance())).rejects.toMatchObject(missing);
        await expect(journal.get('nowhere', 1)).rejects.toMatchObject(missing);
        await expect(journal.end('nowhere')).rejects.toMatchObject(missing);
        await expect(all(journal.lastOfAll('nowhere'))).rejects.toMatchObject(missing);
        await expect(all(journal.read('nowhere', newInstance()))).rejects.toMatchObject(missing);
        await expect(all(journal.feed('nowhere', 0, new AbortController().signal))).rejects.toMatchObject(missing);
      });

      it.each(['*', '>', 'a.b', '', 'a b', 'x'.repeat(65)])(
        'refuses the name "%s" as a host or an instance',
        async (bad) => {
          const invalid = { code: 'INVALID_INPUT' };
          const host = await newHost();
          await expect(journal.provision(bad)).rejects.toMatchObject(invalid);
          await expect(journal.append(sampleMessage(bad, newInstance()), 0)).rejects.toMatchObject(invalid);
          await expect(journal.append(sampleMessage(host, bad), 0)).rejects.toMatchObject(invalid);
          await expect(journal.last(host, bad)).rejects.toMatchObject(invalid);
          await expect(journal.end(bad)).rejects.toMatchObject(invalid);
          await expect(all(journal.lastOfAll(bad))).rejects.toMatchObject(invalid);
          await expect(all(journal.read(host, bad))).rejects.toMatchObject(invalid);
        },
      );

      it('does nothing more once closed, and tells those who wait', async () => {
        const host = await newHost();
        const other = await lab.open();
        const waiting = all(other.journal.feed(host, 0, new AbortController().signal));
        const told = expect(waiting).rejects.toMatchObject({ code: 'JOURNAL_CLOSED' });
        await other.journal.close();
        await told;
        await expect(put(host, newInstance(), 0, other.journal)).rejects.toMatchObject({ code: 'JOURNAL_CLOSED' });
        await expect(other.journal.last(host, newInstance())).rejects.toMatchObject({ code: 'JOURNAL_CLOSED' });
        await expect(other.journal.end(host)).rejects.toMatchObject({ code: 'JOURNAL_CLOSED' });
        await other.close();
      });
    });

    describe('reading', () => {
      it.each([0, 1, 250])('gives the last message of each of %i histories, once', async (count) => {
        const host = await newHost();
        const instances = Array.from({ length: count }, newInstance);
        await Promise.all(instances.map((instance) => chain(host, instance, 3)));
        await put(await newHost(), newInstance());
        const found = await all(journal.lastOfAll(host));
        expect(found.map(({ instance }) => instance).toSorted()).toEqual(instances.toSorted());
        for (const stored of found) expect(stored).toEqual(await journal.last(host, stored.instance));
      });

      it('leaves out what is closed at first sight where only open histories are asked for', async () => {
        const host = await newHost();
        const [open, closed, damaged] = [newInstance(), newInstance(), newInstance()];
        const over = (instance: string): TurnMessage => {
          const message = sampleMessage(host, instance);
          const { actor } = message.state;
          return { ...message, state: { ...message.state, actor: { ...actor, role: { kind: 'closed' } } } };
        };
        await put(host, open);
        await journal.append(over(closed), 0);
        await lab.putRaw(host, damaged, JSON.stringify(over(damaged)).replace('"epoch":1', '"epoch":"one"'));
        const found = async (which?: 'open') =>
          new Set((await all(journal.lastOfAll(host, which))).map(({ instance }) => instance));
        expect(await found('open')).toEqual(new Set([open]));
        expect(await found()).toEqual(new Set([open, closed, damaged]));
        // Left out is not lost: each is read, and checked, by who asks for it.
        expect(await journal.last(host, closed)).toMatchObject({
          message: { state: { actor: { role: { kind: 'closed' } } } },
        });
        expect(await journal.last(host, damaged)).toMatchObject({ unreadable: { code: 'NOT_A_MESSAGE' } });
      });

      it('gives a part of a history, both ends included', async () => {
        const host = await newHost();
        const instance = newInstance();
        const seqs: number[] = [];
        for (let i = 0; i < 5; i++) {
          seqs.push(await put(host, instance, seqs.at(-1) ?? 0));
          await put(host, newInstance());
        }
        const [first_ = 0, second = 0, third = 0, , fifth = 0] = seqs;
        const read = async (range: { from?: number; to?: number }) =>
          (await all(journal.read(host, instance, range))).map(({ seq }) => seq);
        expect(await read({})).toEqual(seqs);
        expect(await read({ from: second, to: third })).toEqual([second, third]);
        expect(await read({ from: second + 1 })).toEqual(seqs.slice(2));
        expect(await read({ to: third - 1 })).toEqual([first_, second]);
        expect(await read({ from: fifth + 100 })).toEqual([]);
        expect(await read({ from: third, to: second })).toEqual([]);
        expect(await all(journal.read(host, newInstance()))).toEqual([]);
      });

      it('says where the stream of a host ends, whatever lies there', async () => {
        const host = await newHost();
        expect(await journal.end(host)).toBe(0);
        const instance = newInstance();
        const seqs = await chain(host, instance, 3);
        await put(await newHost(), newInstance());
        expect(await journal.end(host)).toBe(seqs.at(-1));
        const damaged = await lab.putRaw(host, instance, 'no message');
        expect(await journal.end(host)).toBe(damaged);
        const standing = seqOf(await journal.append(sampleStanding(host, 1), 0));
        expect(await journal.end(host)).toBe(standing);
      });

      it('knows no message under a sequence that was never given', async () => {
        const host = await newHost();
        const seq = await put(host, newInstance());
        expect(await journal.get(host, seq + 1)).toBeNull();
      });

      it('tells damaged and newer messages from good ones, and reads on behind them', async () => {
        const host = await newHost();
        const instance = newInstance();
        const good = await put(host, instance);
        const newer = await lab.putRaw(host, instance, '{"v":99}');
        const garbage = await lab.putRaw(host, instance, 'no message');
        const foreign = await lab.putRaw(host, instance, JSON.stringify(sampleMessage('elsewhere', instance)));
        const unreadable = [
          { seq: newer, raw: '{"v":99}', unreadable: { code: 'UNKNOWN_VERSION', needs: 99 } },
          { seq: garbage, raw: 'no message', unreadable: { code: 'NOT_A_MESSAGE' } },
          { seq: foreign, unreadable: { code: 'NOT_A_MESSAGE' } },
        ];
        expect(await journal.last(host, instance)).toMatchObject(unreadable[2] ?? {});
        expect(await journal.get(host, newer)).toMatchObject(unreadable[0] ?? {});
        expect(await journal.append(sampleMessage(host, instance), good)).toMatchObject({
          kind: 'conflict',
          last: { seq: foreign },
        });
        const after = await put(host, instance, foreign);
        const expected = [{ seq: good }, ...unreadable, { seq: after }];
        expect(await all(journal.read(host, instance))).toMatchObject(expected);
        expect(await first(5, journal.feed(host, 0, new AbortController().signal))).toMatchObject(expected);
        expect(await all(journal.lastOfAll(host))).toMatchObject([{ seq: after }]);
      });
    });

    describe('the feed', () => {
      it('gives what there is after a sequence, then what comes, until it is stopped', async () => {
        const host = await newHost();
        const instance = newInstance();
        const seqs = await chain(host, instance, 5);
        const stop = new AbortController();
        const seen: number[] = [];
        const feed = follow(journal.feed(host, seqs[1] ?? 0, stop.signal), seen);
        await until(() => seen.length === 3, { what: 'the feed has caught up' });
        seqs.push(await put(host, instance, seqs.at(-1)), await put(host, newInstance()));
        await until(() => seen.length === 5, { what: 'the feed has the new ones' });
        expect(seen).toEqual(seqs.slice(2));
        stop.abort();
        await feed;
      });

      it('waits for a sequence that lies ahead, and gives nothing when stopped before it began', async () => {
        const host = await newHost();
        const seen: number[] = [];
        const stop = new AbortController();
        const feed = follow(journal.feed(host, 2, stop.signal), seen);
        const seqs = await chain(host, newInstance(), 4);
        await until(() => seen.length === 2, { what: 'the feed gives what is after it' });
        expect(seen).toEqual(seqs.slice(2));
        stop.abort();
        await feed;
        expect(await all(journal.feed(host, 0, stop.signal))).toEqual([]);
      });

      it('gives every message once and in order over lost links', async () => {
        const host = await newHost();
        const instances = Array.from({ length: 4 }, newInstance);
        await another(async (reader) => {
          const stop = new AbortController();
          const seen: number[] = [];
          const feed = follow(reader.journal.feed(host, 0, stop.signal), seen);
          const lasts = new Map<string, number>();
          const written: number[] = [];
          const write = async (count: number) => {
            for (let i = 0; i < count; i++) {
              const instance = instances[i % instances.length] ?? '';
              const seq = await put(host, instance, lasts.get(instance) ?? 0);
              lasts.set(instance, seq);
              written.push(seq);
            }
          };
          for (let round = 0; round < 3; round++) {
            await write(40);
            await until(() => seen.length > round * 80, { what: 'the feed moves' });
            await reader.cut();
            await write(40);
            await reader.heal();
          }
          await until(() => seen.length >= written.length, { what: 'the feed has all' });
          expect(seen).toEqual(written);
          stop.abort();
          await feed;
        });
      });
    });

    it('makes a stream once, and lists the hosts that have one', async () => {
      const host = await newHost();
      const seq = await put(host, newInstance());
      await journal.provision(host);
      expect(await journal.get(host, seq)).not.toBeNull();
      await journal.provision('_cluster');
      const found = await journal.hosts();
      expect(found).toContain(host);
      expect(found).toContain('_cluster');
      expect(found).not.toContain('nowhere');
    });
  });
}

async function follow(feed: AsyncIterable<Stored>, seen: number[]): Promise<void> {
  for await (const { seq } of feed) seen.push(seq);
}

function seqOf(answer: Appended): number {
  expect(answer.kind).toBe('stored');
  return answer.kind === 'stored' ? answer.seq : -1;
}

const ids = (found: readonly Stored[]): TurnMessage['id'][] =>
  found.filter(isReadable).map(({ message }) => message.id);
