import { z } from 'zod';

/** Where NATS is, as configurations say it. Keys and passwords have files of their own and no place in an address. */
export const serverAddresses = z
  .array(
    z
      .string()
      .regex(
        /^(?:(?:nats|tls):\/\/)?[^\s/@]+$/,
        'expected nats://host:port or tls://host:port, without a user or a password',
      ),
  )
  .min(1, 'expected at least one address, nats://host:port');
