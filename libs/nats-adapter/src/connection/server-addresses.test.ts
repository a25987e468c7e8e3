import { expect, test } from 'vitest';
import { serverAddresses } from './server-addresses.ts';

test.each(['nats://127.0.0.1:4222', 'tls://nats.example.org:4222', 'nats://[::1]:4222', 'localhost', '10.0.0.1:4222'])(
  'takes %s',
  (address) => {
    expect(serverAddresses.parse([address])).toEqual([address]);
  },
);

test.each(['http://127.0.0.1:4222', 'nats://', '', 'nats://me:secret@127.0.0.1', 'a b', 'nats://a/b'])(
  'does not take "%s", and does not repeat it',
  (address) => {
    const { error } = serverAddresses.safeParse([address]);
    expect(error?.issues[0]).toMatchObject({ path: [0], message: expect.stringMatching(/^expected nats:/) as string });
    expect(error?.issues[0]?.message).not.toContain('secret');
  },
);
