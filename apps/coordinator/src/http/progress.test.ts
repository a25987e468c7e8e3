import { afterAll, beforeAll, expect, test } from 'vitest';
import { get, post, runs } from '../testing/requests.ts';
import { SimulatedCloud } from '../testing/simulated-cloud.ts';

let cloud: SimulatedCloud;
beforeAll(async () => {
  cloud = await new SimulatedCloud().start();
});
afterAll(() => cloud.stop());

const progress = async (): Promise<Record<string, unknown>> => (await get(cloud, '/v1/instances/busy/progress')).body;

test('what an effect says of itself is told while it runs, and no longer', async () => {
  await runs(cloud, 'busy');
  expect(await progress()).toMatchObject({ name: 'busy', effects: [], copy: null });
  cloud.sim.faults.add({ kind: 'hang', ms: 700, times: 6 });
  await post(cloud, '/v1/instances/busy/commands', { name: 'snapshot', args: { name: 'evening' } });
  await expect
    .poll(progress, { timeout: 10_000 })
    .toMatchObject({ effects: [{ host: 'h1', method: 'snapshot', what: 'image_pending_upload', fraction: null }] });
  cloud.isAgentAway = true;
  expect(await progress()).toMatchObject({ effects: [], copy: null });
  cloud.isAgentAway = false;
  await expect
    .poll(async () => (await get(cloud, '/v1/instances/busy')).body['imageWork'], { timeout: 10_000 })
    .toBeNull();
  expect(await progress()).toMatchObject({ effects: [] });
  const { body } = await get(cloud, '/v1/instances/busy/history');
  expect(JSON.stringify(body)).not.toContain('image_pending_upload');
});
