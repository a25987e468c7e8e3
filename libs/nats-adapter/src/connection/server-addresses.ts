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

const path = z.string().min(1).startsWith('/', 'expected an absolute path');

/** How the connection to NATS is encrypted, as configurations say it. PEM files. */
export const serverTls = z
  .strictObject({
    /** The authority that signed the server's certificate; left out: those that the system knows. */
    caFile: path.optional(),
    /** This client's own certificate and its key, for a server that asks for one (`verify: true`). */
    certFile: path.optional(),
    keyFile: path.optional(),
  })
  .refine(({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined), {
    error: 'expected certFile and keyFile together, or neither',
  });
