import { Objm, type ObjectStore } from '@nats-io/obj';
import { jetstream } from '@nats-io/jetstream';
import { coreOf } from '../connection/core.ts';
import type { NatsConnection } from '../connection/connection.ts';

/** Opens a bucket of the object store; makes it when this user may and it is missing. */
export async function openBucket(
  connection: NatsConnection,
  name: string,
  options: { create: boolean },
): Promise<ObjectStore> {
  const { client, link } = coreOf(connection);
  await link.whenUp();
  const objects = new Objm(jetstream(client));
  return options.create ? objects.create(name) : objects.open(name, false);
}
