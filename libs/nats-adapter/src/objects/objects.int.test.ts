import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as dial } from '@nats-io/transport-node';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { InstanceUuid } from '@chronovirt/contract';
import { newInstance } from '@chronovirt/testing/journal';
import { startNats, tempDir, until, type NatsServer } from '@chronovirt/testing/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, NatsImageStore, NatsSecretStore, type NatsConnection, type StoredImage } from '../index.ts';
import { testServers } from '../testing/servers.ts';

const MiB = 2 ** 20;

describe.each(testServers())('the object store on nats-server $version', ({ path }) => {
  const dir = tempDir('objects');
  const keyFile = join(dir.path, 'wrapping.key');
  let nats: NatsServer;
  let connection: NatsConnection;
  let images: NatsImageStore;
  let secrets: NatsSecretStore;

  beforeAll(async () => {
    writeFileSync(keyFile, randomBytes(32), { mode: 0o600 });
    nats = await startNats({ server: path, dir: dir.path });
    connection = await connect({ servers: nats.url, name: 'objects' });
    images = await NatsImageStore.open(connection);
    secrets = await NatsSecretStore.open(connection, { keyFile });
  });
  afterAll(async () => {
    await connection?.close();
    await nats?.stop();
    dir.remove();
  });

  /** Messages that a bucket holds below a subject. */
  async function held(bucket: string, subject: string): Promise<number> {
    const admin = await dial({ servers: nats.url });
    const { state } = await (
      await jetstreamManager(admin)
    ).streams.info(`OBJ_${bucket}`, { subjects_filter: `$O.${bucket}.${subject}` });
    await admin.close();
    return Object.values(state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
  }

  describe('images', () => {
    it.each([1, 256 * 1024, 256 * 1024 + 1, 5 * MiB + 17])('gives back %i bytes as they were', async (size) => {
      const content = randomBytes(size);
      const record = recordOf(content);
      await images.put(record, () => pieces(content, 100_000));
      expect(await images.find(record.sha256)).toEqual(record);
      expect(await images.list()).toContainEqual(record);
      expect(Buffer.compare(await collect(await images.open(record.sha256)), content)).toBe(0);
    });

    it('stores an image once', async () => {
      const content = randomBytes(1000);
      const record = recordOf(content);
      await images.put(record, () => pieces(content, 100));
      await images.put({ ...record, name: 'again' }, () => {
        throw new Error('nobody needs to read it');
      });
      expect(await images.find(record.sha256)).toEqual(record);
      expect(await held('images', `C.${record.sha256}.>`)).toBe(1);
    });

    it.each([
      ['other bytes', randomBytes(MiB)],
      ['too few', randomBytes(MiB - 1)],
      ['too many', randomBytes(2 * MiB)],
    ])('takes none of an image that turns out to be %s', async (_, sent) => {
      const record = recordOf(randomBytes(MiB));
      await expect(images.put(record, () => pieces(sent, 70_000))).rejects.toMatchObject({ code: 'IMAGE_DAMAGED' });
      expect(await images.find(record.sha256)).toBeNull();
      expect(await held('images', `C.${record.sha256}.>`)).toBe(0);
    });

    it('takes none of an image whose upload breaks off or is stopped', async () => {
      const content = randomBytes(2 * MiB);
      const record = recordOf(content);
      const stop = new AbortController();
      const breaksOff = async function* () {
        yield content.subarray(0, MiB);
        throw new Error('the caller went away');
      };
      const isStopped = async function* () {
        yield content.subarray(0, MiB);
        stop.abort(new Error('stopped'));
        yield content.subarray(MiB);
      };
      await expect(images.put(record, breaksOff)).rejects.toThrow('the caller went away');
      await expect(images.put(record, isStopped, stop.signal)).rejects.toThrow('stopped');
      expect(await images.find(record.sha256)).toBeNull();
      await until(async () => (await held('images', `C.${record.sha256}.>`)) === 0, { what: 'its chunks are gone' });
    });

    it('goes on with upload and download when the server is killed in the middle', async () => {
      const content = randomBytes(8 * MiB);
      const record = recordOf(content);
      await images.put(record, async function* () {
        yield content.subarray(0, 3 * MiB);
        await nats.kill('SIGKILL');
        await nats.restart();
        yield content.subarray(3 * MiB);
      });
      const got: Uint8Array[] = [];
      let killed = false;
      for await (const piece of await images.open(record.sha256)) {
        got.push(piece);
        if (killed) continue;
        killed = true;
        await nats.kill('SIGKILL');
        await nats.restart();
      }
      expect(Buffer.compare(Buffer.concat(got), content)).toBe(0);
    });

    it('tells a reader that the stored bytes are not those of the image', async () => {
      const content = randomBytes(1000);
      const record = recordOf(content);
      await images.put(record, () => pieces(content, 1000));
      const admin = await dial({ servers: nats.url });
      const meta = await (
        await jetstreamManager(admin)
      ).streams.getMessage('OBJ_images', { last_by_subj: `$O.images.M.${record.sha256}` });
      const { upload } = meta?.json<{ upload: string }>() ?? {};
      await jetstream(admin).publish(`$O.images.C.${record.sha256}.${upload}`, 'more');
      await admin.close();
      await expect(collect(await images.open(record.sha256))).rejects.toMatchObject({ code: 'IMAGE_DAMAGED' });
    });

    it('ends a download with an error when the image is removed under it, and knows it no more', async () => {
      const content = randomBytes(12 * MiB);
      const record = recordOf(content);
      await images.put(record, () => pieces(content, MiB));
      let removed: boolean | undefined;
      const reading = (async () => {
        for await (const piece of await images.open(record.sha256))
          if (piece.length > 0) removed ??= await images.remove(record.sha256);
      })();
      await expect(reading).rejects.toMatchObject({ code: 'IMAGE_DAMAGED' });
      expect(removed).toBe(true);
      await expect(images.open(record.sha256)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
      expect(await images.remove(record.sha256)).toBe(false);
    });

    const web = '0b6e0d0e-0000-4000-8000-000000000001' as InstanceUuid;
    const db = '0b6e0d0e-0000-4000-8000-000000000002' as InstanceUuid;
    const listed = async (sha256: string) => (await images.made()).find((each) => each.sha256 === sha256);

    it('removes an image of the system as it was listed, and none that was made again since or is a person’s by now', async () => {
      const content = randomBytes(MiB);
      const person = recordOf(content);
      const { sha256 } = person;
      const sent = () => pieces(content, 100_000);
      const never = () => {
        throw new Error('nobody needs to read it');
      };
      await images.put({ ...person, by: 'agent-h1', madeFor: [web] }, sent);
      const first = await listed(sha256);
      expect(first).toMatchObject({ madeFor: [web] });
      await images.put({ ...person, by: 'agent-h1', madeFor: [web] }, never);
      expect(await images.removeMade(first!)).toBe(false);
      await images.put({ ...person, by: 'agent-h2', madeFor: [db] }, never);
      const shared = await listed(sha256);
      expect(shared).toMatchObject({ madeFor: [web, db] });
      expect(await images.removeMade(shared!)).toBe(true);
      expect(await images.find(sha256)).toBeNull();
      expect(await images.removeMade(shared!)).toBe(false);
      expect([await held('images', `C.${sha256}.>`), await held('images', `M.${sha256}`)]).toEqual([0, 0]);

      await images.put({ ...person, by: 'agent-h1', madeFor: [web] }, sent);
      const again = await listed(sha256);
      await images.put(person, never);
      expect(await images.removeMade(again!)).toBe(false);
      await images.put({ ...person, by: 'agent-h1', madeFor: [web] }, never);
      expect(await images.find(sha256)).toEqual(person);
      expect(await listed(sha256)).toBeUndefined();
    });

    it('two that bring the same image at once are both told of; a removal that broke off keeps nobody from bringing it again', async () => {
      const content = randomBytes(MiB);
      const record = { ...recordOf(content), by: 'agent-h1' };
      const sent = () => pieces(content, 100_000);
      await Promise.all([web, db].map((each) => images.put({ ...record, madeFor: [each] }, sent)));
      const both = await listed(record.sha256);
      expect(new Set(both?.madeFor)).toEqual(new Set([web, db]));
      expect(await held('images', `C.${record.sha256}.>`)).toBe(4);

      const admin = await dial({ servers: nats.url });
      await jetstream(admin).publish(`$O.images.M.${record.sha256}`, JSON.stringify({ gone: true }));
      expect(await images.find(record.sha256)).toBeNull();
      await images.put({ ...record, madeFor: [web] }, sent);
      expect(Buffer.compare(await collect(await images.open(record.sha256)), content)).toBe(0);
      await jetstream(admin).publish(`$O.images.M.${record.sha256}`, JSON.stringify({ gone: true }));
      await admin.close();
      expect(await images.sweep()).toBeGreaterThan(0);
      expect([await held('images', `C.${record.sha256}.>`), await held('images', `M.${record.sha256}`)]).toEqual([
        0, 0,
      ]);
    });

    it('sweeps what an upload left whose process died, and nothing else', async () => {
      // A server that is killed soon after a purge may bring some of the purged chunks back.
      await images.sweep();
      const content = randomBytes(1000);
      const record = recordOf(content);
      await images.put(record, () => pieces(content, 1000));
      const admin = await dial({ servers: nats.url });
      await jetstream(admin).publish(`$O.images.C.${'a'.repeat(64)}.left`, 'chunk');
      await admin.close();
      expect(await images.sweep()).toBe(1);
      expect(await images.sweep()).toBe(0);
      expect(Buffer.compare(await collect(await images.open(record.sha256)), content)).toBe(0);
    });

    it('takes an image again of which the store has lost a part', async () => {
      const content = randomBytes(MiB);
      const record = recordOf(content);
      await images.put(record, () => pieces(content, 1000));
      const admin = await dial({ servers: nats.url });
      await (
        await jetstreamManager(admin)
      ).streams.purge('OBJ_images', { filter: `$O.images.C.${record.sha256}.>`, keep: 2 });
      await admin.close();
      await expect(collect(await images.open(record.sha256))).rejects.toMatchObject({ code: 'IMAGE_DAMAGED' });
      await images.put(record, () => pieces(content, 1000));
      expect(Buffer.compare(await collect(await images.open(record.sha256)), content)).toBe(0);
    });

    it('refuses what is no hash', async () => {
      await expect(images.find('*')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(images.open('>')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(images.remove('a.>')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });
  });

  describe('secrets', () => {
    const plain = Buffer.from('#cloud-config\npassword: geheim\n');

    it('opens what was sealed, and shows nothing of it on the way', async () => {
      const instance = newInstance();
      const key = await secrets.newKey();
      const ref = await secrets.seal(key, instance, 'userData', plain);
      expect(Buffer.from(await secrets.open(key, ref)).equals(plain)).toBe(true);
      expect(JSON.stringify({ key, ref })).not.toContain('geheim');
      const admin = await dial({ servers: nats.url });
      const manager = await jetstreamManager(admin);
      const { state } = await manager.streams.info('OBJ_secrets');
      for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
        const message = await manager.streams.getMessage('OBJ_secrets', { seq }).catch(() => null);
        expect(Buffer.from(message?.data ?? []).includes('geheim')).toBe(false);
      }
      await admin.close();
    });

    it('keeps what an older event points to until the instance is forgotten', async () => {
      const instance = newInstance();
      const other = newInstance();
      const key = await secrets.newKey();
      const older = await secrets.seal(key, instance, 'userData', plain);
      const newer = await secrets.seal(key, instance, 'userData', Buffer.from('new'));
      const kept = await secrets.seal(key, other, 'userData', plain);
      expect(Buffer.from(await secrets.open(key, older)).equals(plain)).toBe(true);
      const holders = async (): Promise<string[]> => (await secrets.held()).map((one) => one.instance);
      expect(await holders()).toEqual(expect.arrayContaining([instance, other]));
      await secrets.forget(instance);
      expect(await holders()).toContain(other);
      expect(await holders()).not.toContain(instance);
      await expect(secrets.open(key, older)).rejects.toMatchObject({ code: 'SECRET_MISSING' });
      await expect(secrets.open(key, newer)).rejects.toMatchObject({ code: 'SECRET_MISSING' });
      expect(await held('secrets', `*.${instance}.>`)).toBe(0);
      expect(Buffer.from(await secrets.open(key, kept)).equals(plain)).toBe(true);
      await secrets.forget(instance);
    });

    it('removes one and no other, and says of each that is left whose and what it is', async () => {
      const instance = newInstance();
      const key = await secrets.newKey();
      const [one, other] = await Promise.all(
        ['rescuePassword', 'adminPassword'].map((name) => secrets.seal(key, instance, name, plain)),
      );
      await secrets.remove(one!.object);
      await expect(secrets.open(key, one!)).rejects.toMatchObject({ code: 'SECRET_MISSING' });
      expect(Buffer.from(await secrets.open(key, other!)).equals(plain)).toBe(true);
      expect((await secrets.held()).filter((found) => found.instance === instance)).toEqual([
        { instance, name: 'adminPassword', object: other!.object },
      ]);
      expect(await held('secrets', `*.${one!.object}.>`)).toBe(0);
      await secrets.remove(one!.object);
      for (const object of [instance, `${instance}.>`, `${instance}.adminPassword.*`])
        await expect(secrets.remove(object)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await secrets.forget(instance);
    });

    it('opens nothing under another key, another hash, another place or another wrapping key', async () => {
      const instance = newInstance();
      const key = await secrets.newKey();
      const ref = await secrets.seal(key, instance, 'userData', plain);
      const elsewhere = await secrets.seal(key, newInstance(), 'userData', plain);
      const damaged = { code: 'SECRET_DAMAGED' };
      await expect(secrets.open(await secrets.newKey(), ref)).rejects.toMatchObject(damaged);
      await expect(secrets.open(key, { ...ref, sha256: elsewhere.sha256 })).rejects.toMatchObject(damaged);
      await expect(secrets.open(key, { ...elsewhere, object: ref.object })).rejects.toMatchObject(damaged);
      await expect(secrets.open({ ...key, value: `AAAA${key.value.slice(4)}` }, ref)).rejects.toMatchObject(damaged);
      await expect(secrets.open(key, { ...ref, object: `${instance}.>.x` })).rejects.toMatchObject(damaged);
      const file = join(dir.path, 'other.key');
      writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
      const other = await NatsSecretStore.open(connection, { keyFile: file });
      await expect(other.open(key, ref)).rejects.toMatchObject({ code: 'SECRET_KEY_UNKNOWN' });
    });

    it('refuses a key file that others may read or that is no key', async () => {
      const file = join(dir.path, 'bad.key');
      writeFileSync(file, randomBytes(31), { mode: 0o600 });
      await expect(NatsSecretStore.open(connection, { keyFile: file })).rejects.toMatchObject({
        code: 'SECRET_FILE_UNUSABLE',
      });
      const open = join(dir.path, 'open.key');
      writeFileSync(open, randomBytes(32), { mode: 0o644 });
      await expect(NatsSecretStore.open(connection, { keyFile: open })).rejects.toMatchObject({
        code: 'SECRET_FILE_UNUSABLE',
      });
    });
  });
});

function recordOf(content: Uint8Array): StoredImage {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return {
    sha256,
    name: 'test',
    format: 'raw',
    bytes: content.length,
    virtualBytes: content.length,
    uploaded: 1,
    by: 'eve',
  };
}

async function* pieces(content: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

async function collect(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const list: Uint8Array[] = [];
  for await (const piece of content) list.push(piece);
  return Buffer.concat(list);
}
