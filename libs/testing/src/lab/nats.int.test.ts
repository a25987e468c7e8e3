import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { natsServers } from '../../../../tools/setup/nats-server.mjs';
import { startNats } from './nats.ts';
import { tempDir } from './temp-dir.ts';

describe.each(natsServers())('a NATS server of a test, version $version', ({ path: server }) => {
  it('greets on its port, keeps port and store over a kill and a restart, and is gone after stop', async () => {
    await using dir = tempDir('nats');
    await using nats = await startNats({ server, dir: dir.path });
    const first = nats.pid;
    expect(first).toBeGreaterThan(0);
    await nats.kill('SIGKILL');
    expect(nats.pid).toBeUndefined();
    await nats.restart();
    expect(nats.pid).not.toBe(first);
    expect(existsSync(join(dir.path, 'store/jetstream'))).toBe(true);
    const last = nats.pid!;
    await nats.stop();
    expect(existsSync(`/proc/${last}`)).toBe(false);
  });

  it('says what the server said when its configuration is refused', async () => {
    await using dir = tempDir('nats');
    await expect(startNats({ server, dir: dir.path, auth: 'authorization { nonsense' })).rejects.toThrow(/nats-server/);
  });
});
