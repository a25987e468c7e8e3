import { createUser } from '@nats-io/nkeys';
import { writeFileSync } from 'node:fs';

/** A user of a test's server: its public key for the configuration, its seed in a 0600 file. */
export interface TestUser {
  readonly publicKey: string;
  readonly seedFile: string;
}

/** Makes an nkey and writes its seed to `file`. */
export function makeUser(file: string): TestUser {
  const user = createUser();
  writeFileSync(file, user.getSeed(), { mode: 0o600 });
  return { publicKey: user.getPublicKey(), seedFile: file };
}
