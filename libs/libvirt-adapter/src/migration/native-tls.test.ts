import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Authority, tempDir } from '@chronovirt/testing/lab';
import { afterAll, describe, expect, it } from 'vitest';
import { certificateDirectory, certificatesIn, whyNot } from './native-tls.ts';

const dir = tempDir('native-tls');
afterAll(() => dir.remove());

describe('a certificate that the other host shows', () => {
  const ours = new Authority(join(dir.path, 'ours'), 'hosts');
  // As ours by its name, and another.
  const others = new Authority(join(dir.path, 'others'), 'hosts');
  const pem = (file: string) => certificatesIn(readFileSync(file, 'utf8'));
  const of = (authority: Authority, ...reachedAt: string[]) =>
    pem(authority.sign(`for-${reachedAt[0]}`, reachedAt).certFile);
  const ca = pem(ours.caFile);
  /** What is signed in this test is valid by then. */
  const now = Date.now() + 60_000;
  const day = 86_400_000;

  it('is believed by the authority that signed it, for the address and the name that it has', () => {
    const shown = of(ours, 'fd00:77::2', 'host-b');
    for (const address of ['fd00:77::2', 'fd00:77:0::2', 'host-b', null])
      expect(whyNot(shown, ca, address, now)).toBeNull();
    expect(whyNot(shown, [...pem(others.caFile), ...ca], 'host-b', now)).toBeNull();
  });

  it('is believed by way of one between, when that is shown too', () => {
    const between = new Authority(join(dir.path, 'between'), 'between', ours);
    const leaf = of(between, 'host-b');
    expect(whyNot([...leaf, ...pem(between.caFile)], ca, 'host-b', now)).toBeNull();
    expect(whyNot(leaf, ca, 'host-b', now)).toMatch(/signed by another authority \(CN=between\)/);
    expect(whyNot([...leaf, ...of(ours, 'other')], ca, 'host-b', now)).toMatch(/another authority \(CN=between\)/);
  });

  it.each([
    [
      'another address',
      () => whyNot(of(ours, 'fd00:77::3'), ca, 'fd00:77::2', now),
      /^it is not for fd00:77::2, but for IP/,
    ],
    ['another authority of the same name', () => whyNot(of(others, '::2'), ca, '::2', now), /another authority/],
    ['a time that is over', () => whyNot(of(ours, '::2'), ca, '::2', now + 3 * day), /^it has expired on /],
    ['a time to come', () => whyNot(of(ours, '::2'), ca, '::2', now - day), /^it is not valid before /],
    [
      'nothing',
      () => whyNot(certificatesIn('-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----'), ca, null, now),
      /no cert/,
    ],
  ])('of %s is not believed', (_, asked, why) => {
    expect(asked()).toMatch(why);
  });
});

describe('the directory of certificates', () => {
  const etc = (name: string, conf: string | null, own = false): string => {
    const path = join(dir.path, name);
    mkdirSync(join(path, own ? 'pki/libvirt-migrate' : 'libvirt'), { recursive: true });
    mkdirSync(join(path, 'libvirt'), { recursive: true });
    if (conf !== null) writeFileSync(join(path, 'libvirt/qemu.conf'), conf);
    return path;
  };

  it("is the configured one, that of migrations before that of all, else libvirt's own", async () => {
    const both = 'default_tls_x509_cert_dir = "/all"\n migrate_tls_x509_cert_dir="/moves"\n';
    expect(await certificateDirectory(etc('both', both))).toBe('/moves');
    expect(
      await certificateDirectory(
        etc('one', '#migrate_tls_x509_cert_dir = "/no"\ndefault_tls_x509_cert_dir = "/all"\n', true),
      ),
    ).toBe('/all');
    const [own, none] = [etc('own', '', true), etc('none', null)];
    expect(await certificateDirectory(own)).toBe(join(own, 'pki/libvirt-migrate'));
    expect(await certificateDirectory(none)).toBe(join(none, 'pki/qemu'));
  });
});
