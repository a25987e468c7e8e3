/** Live migration between two real libvirt hosts, with a driver process in each: storage that both see, and storage of their own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MoveLab, MovingGuest } from '../testing/move-lab.ts';

let lab: MoveLab;
beforeAll(async () => {
  lab = await MoveLab.start('live');
});
afterAll(() => lab?.stop());

const here = { domain: 'defined', power: 'on', busy: null } as const;
const nowhere = { domain: 'absent', power: 'absent' } as const;

describe.each(['shared', 'separate'] as const)('a live migration on %s storage', (storage) => {
  it('brings the guest over, which goes on counting; nothing is left behind', async () => {
    const guest = await MovingGuest.start(lab, { storage });
    const data = await guest.check();
    expect(data).toMatchObject({ blockMigration: storage === 'separate', isSharedInstancePath: storage === 'shared' });
    await guest.prepare();
    const before = guest.count('a');
    const began = performance.now();
    await guest.move();
    const copied = performance.now();
    expect(guest.calls).toEqual(['post']);
    expect(await guest.observe('b')).toMatchObject({ domain: 'defined', power: 'paused', reason: 'user', busy: null });
    expect(await guest.observe('a')).toMatchObject(nowhere);
    const context = guest.context();
    await guest.arrive(context);
    console.log(storage, 'copied', copied - began, 'arrived', performance.now() - copied);
    expect(await guest.observe('b')).toMatchObject({ ...here, mark: context.mark });
    expect(await guest.countsOn('b', before)).toBeLessThan(before + 30);
    if (storage === 'separate') {
      const drive = (side: 'a' | 'b') => readFileSync(join(lab.outside(side, storage), guest.uuid, 'disk.config'));
      expect(drive('b').equals(drive('a'))).toBe(true);
    }
    await guest.clear('a', storage === 'separate');
    await guest.countsOn('b', before);
    await guest.remove();
    for (const side of ['a', 'b'] as const)
      expect(await guest.observe(side)).toMatchObject({ ...nowhere, disks: [], leftovers: [] });
  });
});
