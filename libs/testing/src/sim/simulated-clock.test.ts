import { describe, expect, it } from 'vitest';
import { NothingHappensError, SimulatedClock } from './simulated-clock.ts';

describe('SimulatedClock', () => {
  it('fires timers in the order of their due time, those of one time in the order in which they were set', async () => {
    const clock = new SimulatedClock();
    const fired: string[] = [];
    clock.after(20, () => fired.push('b'));
    clock.after(10, () => fired.push('a'));
    clock.after(20, () => fired.push('c'));
    await clock.advance(20);
    expect(fired).toEqual(['a', 'b', 'c']);
  });

  it('shows each timer its own time, and lets promises go on between two timers', async () => {
    const clock = new SimulatedClock(1000);
    const seen: string[] = [];
    clock.after(10, () => {
      seen.push(`first ${clock.now()}`);
      void Promise.resolve().then(() => clock.after(5, () => seen.push(`chained ${clock.now()}`)));
    });
    clock.after(20, () => seen.push(`second ${clock.now()}`));
    await clock.advance(30);
    expect(seen).toEqual(['first 1010', 'chained 1015', 'second 1020']);
    expect([clock.now(), clock.monotonic()]).toEqual([1030, 30]);
  });

  it('does not fire a cancelled timer', async () => {
    const clock = new SimulatedClock();
    let fired = false;
    const cancel = clock.after(10, () => {
      fired = true;
    });
    cancel();
    await clock.advance(10);
    expect([fired, clock.pending]).toEqual([false, 0]);
  });

  it('runs until a condition holds and stops there', async () => {
    const clock = new SimulatedClock();
    let count = 0;
    const tick = (): void => {
      count++;
      clock.after(7, tick);
    };
    clock.after(7, tick);
    await clock.runUntil(() => count === 3);
    expect([count, clock.monotonic()]).toEqual([3, 21]);
  });

  it('says so when nothing can make the condition true any more, or not in time', async () => {
    const clock = new SimulatedClock();
    await expect(clock.runUntil(() => false)).rejects.toBeInstanceOf(NothingHappensError);
    clock.after(500, () => {});
    await expect(clock.runUntil(() => false, { limitMs: 100, what: 'the guest' })).rejects.toThrow(
      'waiting for the guest: not within 100 ms',
    );
  });

  it('settles a promise that needs time, also one that rejects', async () => {
    const clock = new SimulatedClock();
    const wait = (ms: number): Promise<string> => new Promise((resolve) => clock.after(ms, () => resolve('there')));
    await expect(clock.settle(wait(1000).then(() => wait(500)))).resolves.toBe('there');
    await expect(clock.settle(wait(10).then(() => Promise.reject(new Error('no'))))).rejects.toThrow('no');
    expect(clock.monotonic()).toBe(1510);
  });

  it('jumps the wall clock without touching timers', async () => {
    const clock = new SimulatedClock(5000);
    let firedAt = 0;
    clock.after(100, () => {
      firedAt = clock.now();
    });
    clock.jumpWall(-3000);
    await clock.advance(100);
    expect([firedAt, clock.monotonic()]).toEqual([2100, 100]);
  });

  it('fires everything at once after a freeze, all at the time of the thaw and with no turn between', async () => {
    const clock = new SimulatedClock();
    const seen: string[] = [];
    clock.after(10, () => {
      seen.push(`a ${clock.monotonic()}`);
      void Promise.resolve().then(() => seen.push('promise'));
    });
    clock.after(20, () => seen.push(`b ${clock.monotonic()}`));
    await clock.freeze(60);
    expect(seen).toEqual(['a 60', 'b 60', 'promise']);
  });
});
