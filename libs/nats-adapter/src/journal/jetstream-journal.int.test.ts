import { journalContract } from '@chronovirt/testing/journal';
import { jetStreamLab } from '../testing/jetstream-lab.ts';
import { testServers } from '../testing/servers.ts';

for (const { version, path } of testServers()) {
  journalContract(`JetStream, nats-server ${version}`, () => jetStreamLab(path));
}
