import { expect } from 'vitest';
import { contractCase, doesNothing } from '../contract-case.ts';
import type { ContractCase, Sabotage } from '../contract-case.ts';
import { running } from '../expecting.ts';

const context = { requestId: 'req-cache', userId: null, projectId: null, isAdmin: true };

/** Empties the cache, whoever needs what is in it. */
const empties: Sabotage<'manageImageCache'> = (_real, world) => async () => {
  for (const sha256 of world.host.imageCache.files()) await world.host.imageCache.remove(sha256);
};
const ran = new WeakSet<object>();

/** Images are kept as long as somebody needs them. */
export const imageCacheCases: readonly ContractCase[] = [
  contractCase('manageImageCache', 'unusedGo', {
    async prove(world) {
      const cache = world.host.imageCache;
      const [old, young] = [await cache.add(48), await cache.add(1)];
      await world.call({ context, allInstances: [] });
      expect(cache.files()).not.toContain(old);
      expect(cache.files()).toContain(young);
    },
    broken: { 'says so and does nothing': doesNothing, 'does not ask how old they are': empties },
  }),
  contractCase('manageImageCache', 'usedStay', {
    async prove(world) {
      const guest = await world.guest();
      const cache = world.host.imageCache;
      const image = guest.args.imageMeta.id;
      await cache.makeOld(48);
      await world.call({ context, allInstances: [guest.args.instance] });
      expect(cache.files()).toContain(image);
      // A list that is not complete must not cost a guest its disk either.
      await cache.makeOld(48);
      await world.call({ context, allInstances: [] });
      expect(cache.files()).toContain(image);
      // An instance whose disk is elsewhere, or not made yet.
      const wanted = await cache.add(48);
      await world.call({ context, allInstances: [{ ...guest.args.instance, imageRef: wanted }] });
      expect(cache.files()).toContain(wanted);
      await world.arrange('reboot', { ...guest.args, rebootType: 'HARD' });
      await running(world, guest);
    },
    broken: {
      'empties it': empties,
      'goes by the list alone': (real, world) => async (args, given) => {
        await real(args, given);
        const listed = new Set(args.allInstances.map(({ imageRef }) => imageRef));
        for (const sha256 of world.host.imageCache.files())
          if (!listed.has(sha256)) await world.host.imageCache.remove(sha256);
      },
    },
  }),
  contractCase('manageImageCache', 'repeat', {
    async prove(world) {
      const guest = await world.guest();
      await world.host.imageCache.makeOld(48);
      await world.call({ context, allInstances: [guest.args.instance] });
      const files = world.host.imageCache.files().toSorted();
      await world.call({ context, allInstances: [guest.args.instance] });
      expect(world.host.imageCache.files().toSorted()).toEqual(files);
    },
    broken: {
      'empties it the second time': (real, world) => (args, given) => {
        const again = ran.has(world);
        ran.add(world);
        return again ? empties(real, world)(args, given) : real(args, given);
      },
    },
  }),
];
