import { compareVersions, natsServers } from '../../../../tools/setup/nats-server.mjs';

/** The servers that the journal is proved on: the newest at hand and the oldest. Fails with the command that gets them. */
export function testServers(): { version: string; path: string }[] {
  const all = natsServers();
  const [newest, oldest] = [all[0], all.at(-1)];
  if (!newest || !oldest || compareVersions(oldest.version, '2.10.0') >= 0) {
    throw new Error(
      'these tests need a current nats-server and Debian\'s: run "node tools/setup/setup.mjs --for test"',
    );
  }
  return newest.path === oldest.path ? [oldest] : [newest, oldest];
}
