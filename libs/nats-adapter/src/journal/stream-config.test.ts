import { describe, expect, it } from 'vitest';
import { capabilities } from '../connection/capabilities.ts';
import { differences, streamConfig } from './stream-config.ts';

const settings = { maxBytes: 2 ** 30, maxMessageBytes: 2 ** 18, replicas: 1 };
const wanted = streamConfig('h1', settings, capabilities('2.12.15'));

describe('the stream of a host', () => {
  it('forgets nothing: full means refused, nothing ages, nothing can be deleted or purged', () => {
    expect(wanted).toMatchObject({
      name: 'EVT_h1',
      subjects: ['evt.h1.>'],
      storage: 'file',
      retention: 'limits',
      discard: 'new',
      max_age: 0,
      max_msgs: -1,
      max_msgs_per_subject: -1,
      deny_delete: true,
      deny_purge: true,
      allow_direct: true,
      duplicate_window: 120_000_000_000,
    });
  });

  it('asks old servers for nothing that they do not know', () => {
    expect(streamConfig('h1', settings, capabilities('2.9.10'))).not.toHaveProperty('metadata');
    expect(wanted).toHaveProperty('metadata');
  });

  it('is as it has to be, whatever its size', () => {
    expect(differences(wanted, wanted)).toEqual([]);
    expect(differences(wanted, { ...wanted, max_bytes: 1_000_000, num_replicas: 3, max_msg_size: -1 })).toEqual([]);
  });

  it.each([
    ['subjects', ['evt.>']],
    ['discard', 'old'],
    ['storage', 'memory'],
    ['retention', 'workqueue'],
    ['max_age', 1_000_000_000],
    ['max_msgs', 100],
    ['max_msgs_per_subject', 1],
    ['max_bytes', -1],
    ['deny_delete', undefined],
    ['deny_purge', false],
    ['allow_direct', undefined],
    ['duplicate_window', 0],
    ['sealed', true],
    ['persist_mode', 'async'],
  ])('is refused when %s is %j, by that name', (field, found) => {
    expect(differences(wanted, { ...wanted, [field]: found }).map((difference) => difference.field)).toEqual([field]);
  });
});
