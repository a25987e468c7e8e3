import type { InstanceState, InstanceUuid } from '@chronovirt/contract';
import { decide, defaultPolicy, settled } from '@chronovirt/machines';
import { AgentWorld, sampleSpec } from '@chronovirt/testing/world';
import { describe, expect, test } from 'vitest';
import { atRest } from './at-rest.ts';

/** The state after each message of a life with refusals in it. */
async function states(n: number): Promise<InstanceState[]> {
  const world = new AgentWorld();
  const { agent, spec } = await world.running({}, sampleSpec(n));
  for (const name of ['pause', 'reboot', 'pause', 'lock', 'unlock', 'unpause', 'stop', 'start', 'delete'] as const) {
    await world.command(agent, spec.uuid, name, name === 'stop' ? { timeoutSeconds: 0 } : {});
    await world.rests(spec.uuid);
  }
  return (await world.history(spec.uuid)).map(({ state }, at) => settled(state, at + 1));
}

describe('a state at rest', () => {
  test('reads, spreads and prints as the one that it was made from', async () => {
    const all = await states(1);
    expect(all.some(({ actor }) => actor.answered.some(({ kind }) => kind === 'refused'))).toBe(true);
    for (const state of all) {
      const rested = atRest(state);
      expect(rested).toEqual(state);
      expect(JSON.stringify(rested)).toBe(JSON.stringify(state));
      expect({ ...rested.actor }).toStrictEqual(state.actor);
      expect(atRest(rested)).toBe(rested);
    }
  });

  test('decides as the one that it was made from', async () => {
    for (const state of await states(1)) {
      const { incarnation, at } = state.actor;
      const facts = { implements: new Set(['pause', 'unpause', 'destroy', 'powerOn', 'powerOff']) };
      const instance = sampleSpec(1).uuid as InstanceUuid;
      const env = { instance, host: 'h1' as never, at: at + 1, incarnation, policy: defaultPolicy, facts };
      for (const [name, id] of [
        ['pause', 'new'],
        ['delete', 'new'],
        ['pause', state.actor.answered[0]?.id ?? 'none'],
      ] as const) {
        const command = { id: id as never, instance, name, args: {}, by: { kind: 'user', name: 'eve' } } as const;
        const item = { kind: 'command', command } as const;
        expect(decide(atRest(state), item, env)).toEqual(decide(state, item, env));
      }
    }
  });

  test('shares what is equal with others, and keeps its own where it is not', async () => {
    const [one, other] = [await states(1), await states(2)];
    const at = one.findIndex(({ value }) => value === 'paused');
    const [mine, theirs] = [atRest(one[at] as InstanceState), atRest(other[at] as InstanceState)];
    expect(mine.context).toBe(theirs.context);
    expect(mine.parts).toBe(theirs.parts);
    expect(mine.actor.answered).not.toEqual([]);
    const long = { ...mine, context: { ...mine.context, awaiting: 'x'.repeat(300), hostsTried: ['y'.repeat(300)] } };
    expect(atRest({ ...long, actor: { ...mine.actor } }).context).toBe(long.context);
  });

  test('is the same when more different ones were seen than are kept', () => {
    const state = (power: string): InstanceState =>
      ({ v: 1, value: 'running', context: {}, parts: { power }, actor: { role: {}, due: [], answered: [] } }) as never;
    const all = Array.from({ length: 3_000 }, (_, n) => state(`power ${n}`));
    expect(all.map(atRest)).toEqual(all);
  });
});
