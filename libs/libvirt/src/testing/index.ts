/** For tests of whoever uses this library: a scripted daemon in the process. */
export { FakeDaemon, NO_ANSWER } from './fake-daemon.ts';
export type { FakeHandler } from './fake-daemon.ts';
export type { FakeCall, FakeConnection } from './fake-connection.ts';
export { FakeFailure } from './fake-failure.ts';
export type { FakeStream } from './fake-stream.ts';
export { tinyDomainXml } from './tiny-domain.ts';
