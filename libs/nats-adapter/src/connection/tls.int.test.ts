/** A NATS server that speaks TLS, reached by its addresses of both families. */
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { Authority, startNats, tempDir, type Certificate, type NatsServer } from '@chronovirt/testing/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type ConnectOptions } from '../index.ts';
import { testServers } from '../testing/servers.ts';

describe.each(testServers())('a connection by TLS to nats-server $version', ({ path: server, version }) => {
  const dir = tempDir('nats-tls');
  const ours = new Authority(join(dir.path, 'ours'), 'ours');
  const others = new Authority(join(dir.path, 'others'), 'others');
  const started: NatsServer[] = [];
  let own: Certificate;

  /** `more`: further lines of the server's `tls` block. */
  async function serves(address: string, { certFile, keyFile }: Certificate, more = ''): Promise<NatsServer> {
    const tls = `tls { cert_file: "${certFile}", key_file: "${keyFile}"${more} }`;
    const at = join(dir.path, `server-${started.length}`);
    const nats = await startNats({ server, dir: at, address, tls });
    started.push(nats);
    return nats;
  }

  const reached = async (nats: Pick<NatsServer, 'url'>, tls: ConnectOptions['tls']): Promise<string> => {
    const connection = await connect({ servers: nats.url, name: 'known', tls, patienceMs: 0 });
    await connection.link.roundTrip();
    const said = connection.capabilities().version;
    await connection.close();
    return said;
  };
  const refusal = (nats: Pick<NatsServer, 'url'>, tls: ConnectOptions['tls']): Promise<string> =>
    reached(nats, tls).then(
      () => 'reached',
      (error: Error) => `${error.message}: ${String((error.cause as Error).message)}`,
    );

  beforeAll(() => {
    own = ours.sign('client', ['client']);
    chmodSync(own.keyFile, 0o600);
  });
  afterAll(async () => {
    await Promise.all(started.map((nats) => nats.stop()));
    dir.remove();
  });

  it.each(['127.0.0.1', '::1'])('at %s proves the server by that address', async (address) => {
    const nats = await serves(address, ours.sign(`for-${address}`, [address]));
    expect(nats.url).toContain('tls://');
    expect(await reached(nats, { caFile: ours.caFile })).toBe(version);
    expect(await refusal(nats, { caFile: others.caFile })).toMatch(
      /^no NATS server at tls:\/\/\S+ within .* unable to verify the first certificate/,
    );
    // An authority of which the system knows nothing.
    expect(await refusal(nats, undefined)).toMatch(/unable to (verify|get)/);
  });

  it('is refused where the certificate is that of another address, or of "localhost"', async () => {
    const nats = await serves('127.0.0.1', ours.sign('elsewhere', ['127.0.0.2', 'localhost']));
    expect(await refusal(nats, { caFile: ours.caFile })).toMatch(/127\.0\.0\.1 is not in the cert's list/);
    expect(await reached({ url: `tls://localhost:${nats.port}` }, { caFile: ours.caFile })).toBe(version);
  });

  it('is refused where the server speaks plain text only', async () => {
    await using plain = await startNats({ server, dir: join(dir.path, 'plain') });
    const url = plain.url.replace('nats://', 'tls://');
    expect(await refusal({ url }, { caFile: ours.caFile })).toMatch(/does not support 'tls'/);
    expect(await refusal({ url }, undefined)).toMatch(/does not support 'tls'/);
  });

  it('shows a certificate of its own to a server that asks for one', async () => {
    const asks = `, ca_file: "${ours.caFile}", verify: true`;
    const nats = await serves('127.0.0.1', ours.sign('asking', ['127.0.0.1']), asks);
    expect(await reached(nats, { caFile: ours.caFile, ...own })).toBe(version);
  });

  it('says which file of it cannot be used', async () => {
    const nats = { url: 'tls://[::1]:1' };
    const missing = join(dir.path, 'nothing.pem');
    await expect(connect({ servers: nats.url, name: 'x', tls: { caFile: missing } })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(/tls\.caFile.*nothing\.pem/),
    });
    chmodSync(own.keyFile, 0o644);
    await expect(connect({ servers: nats.url, name: 'x', tls: own })).rejects.toMatchObject({
      code: 'SECRET_FILE_UNUSABLE',
    });
    chmodSync(own.keyFile, 0o600);
  });
});
