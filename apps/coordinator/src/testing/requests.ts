import { randomBytes } from 'node:crypto';
import { until } from '@chronovirt/testing/lab';
import type { SimulatedCloud } from './simulated-cloud.ts';

/** An answer with its body read. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export async function get(cloud: SimulatedCloud, path: string): Promise<Answered> {
  return answered(await cloud.fetch(path));
}

export async function post(
  cloud: SimulatedCloud,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const init = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  };
  return answered(await cloud.fetch(path, init));
}

export async function remove(cloud: SimulatedCloud, path: string): Promise<Answered> {
  return answered(await cloud.fetch(path, { method: 'DELETE' }));
}

export async function answered(response: Response): Promise<Answered> {
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson && text !== '' ? JSON.parse(text) : { text }) as Answered['body'],
  };
}

/** Uploads a raw image and tells its SHA-256. */
export async function uploadSample(
  cloud: SimulatedCloud,
  name = 'disk',
  content: Buffer = randomBytes(64 * 1024),
): Promise<string> {
  const { body } = await answered(
    await cloud.fetch(`/v1/images?name=${name}&format=raw`, { method: 'POST', body: new Uint8Array(content) }),
  );
  return body['sha256'] as string;
}

/** An instance that rests in a state. @throws when it does not come there */
export async function restsIn(cloud: SimulatedCloud, name: string, state: string): Promise<Answered> {
  let last: unknown = null;
  return until(
    async () => {
      const found = await get(cloud, `/v1/instances/${name}`);
      last = found.body['state'] ?? found.body;
      return last === state ? found : null;
    },
    { what: `${name} is ${state}`, everyMs: 10 },
  ).catch((cause: unknown) => {
    throw new Error(`${name} did not come to ${state}: it is ${JSON.stringify(last)}`, { cause });
  });
}

/** Makes an instance and waits until it runs. */
export async function runs(cloud: SimulatedCloud, name: string, more: Record<string, unknown> = {}): Promise<Answered> {
  const image = await uploadSample(cloud, `disk-of-${name}`);
  const created = await post(cloud, '/v1/instances', { name, image, flavor: { vcpus: 1, memoryMiB: 128 }, ...more });
  if (created.status !== 202) throw new Error(JSON.stringify(created.body));
  await restsIn(cloud, name, 'running');
  return created;
}
