/**
 * Certificates of QEMU's own encryption, by which the guest's memory and disks go from one QEMU to the other. The two meet when the copy
 * begins; both hosts are asked before that, and each shows the other what its QEMU will show, so that nobody gets ready for a move that
 * ends there. It is QEMU that decides: what is found here is only told early.
 */
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { DriverError } from '@chronovirt/contract';
import type { LiveMigrateData } from '@chronovirt/contract';
import type { HostServices } from '../host/host-services.ts';
import { nothingThere } from '../disks/whole-file.ts';
import { migrationPolicy } from './settings.ts';

/** What this host's QEMU shows as the destination of a move; it has to be good for the address at which the source will ask for it. */
export async function shownAsDestination({ profile }: HostServices, address: string): Promise<string> {
  const directory = await certificateDirectory();
  const shown = await read(profile.hostname, join(directory, 'server-cert.pem'));
  if (shown === null) throw lacking(profile.hostname, join(directory, 'server-cert.pem'));
  await believe(profile.hostname, `its own ${join(directory, 'server-cert.pem')}`, shown, directory, address);
  return shown;
}

/** What it shows as the source. Undefined where it has none: whether one is wanted is the destination's `migrate_tls_x509_verify`. */
export async function shownAsSource({ profile }: HostServices): Promise<string | undefined> {
  const directory = await certificateDirectory();
  const file = join(directory, 'client-cert.pem');
  const shown = await read(profile.hostname, file);
  if (shown === null) return undefined;
  // QEMU will not use one that it would not believe itself.
  await believe(profile.hostname, `its own ${file}`, shown, directory, null);
  return shown;
}

/** On the source: that the destination's certificate will be believed here. */
export async function believeDestination({ profile }: HostServices, shown: string, to: string | null): Promise<void> {
  await believe(
    profile.hostname,
    'the certificate that the destination shows',
    shown,
    await certificateDirectory(),
    to,
  );
}

/** On the destination: that the source's certificate will be believed here. */
export async function believeSource(
  { profile, settings }: HostServices,
  { srcTlsCertificate: shown }: LiveMigrateData,
): Promise<void> {
  if (shown === undefined || !migrationPolicy(settings).nativeTls) return;
  await believe(profile.hostname, 'the certificate that the source shows', shown, await certificateDirectory(), null);
}

/** Where libvirt has QEMU look, by its configuration as it is written now. `etc` stands for /etc. */
export async function certificateDirectory(etc = '/etc'): Promise<string> {
  const text = (await readFile(join(etc, 'libvirt/qemu.conf'), 'utf8').catch(nothingThere)) ?? '';
  const setting = (name: string): string | undefined =>
    new RegExp(`^\\s*${name}\\s*=\\s*"([^"]*)"`, 'm').exec(text)?.[1];
  const own = join(etc, 'pki/libvirt-migrate');
  return (
    setting('migrate_tls_x509_cert_dir') ??
    setting('default_tls_x509_cert_dir') ??
    (existsSync(own) ? own : join(etc, 'pki/qemu'))
  );
}

/** Throws `MIGRATION_PRE_CHECK_ERROR` when a certificate is none that QEMU would believe here; `address`: for which it has to be good. */
async function believe(
  host: string,
  what: string,
  shown: string,
  directory: string,
  address: string | null,
): Promise<void> {
  const caFile = join(directory, 'ca-cert.pem');
  const authorities = await read(host, caFile);
  if (authorities === null) throw lacking(host, caFile);
  const why = whyNot(certificatesIn(shown), certificatesIn(authorities), address, Date.now());
  if (why !== null)
    throw refused(`encryption from QEMU to QEMU: ${what} is not believed on ${host} by ${caFile}: ${why}`);
}

/** Why a certificate, followed by those that lead from it to an authority, is not to be believed; null = it is. `now`: ms since 1970. */
export function whyNot(
  shown: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
  address: string | null,
  now: number,
): string | null {
  const [leaf] = shown;
  if (leaf === undefined) return 'it is no certificate';
  if (address !== null && !isFor(leaf, address))
    return `it is not for ${address}, but for ${leaf.subjectAltName ?? leaf.subject.replaceAll('\n', ', ')}`;
  for (const [at, certificate] of shown.entries()) {
    if (now < Date.parse(certificate.validFrom)) return `it is not valid before ${certificate.validFrom}`;
    if (now > Date.parse(certificate.validTo)) return `it has expired on ${certificate.validTo}`;
    if (authorities.some((authority) => isSignedBy(certificate, authority))) return null;
    const next = shown[at + 1];
    if (next === undefined || !isSignedBy(certificate, next))
      return `it was signed by another authority (${certificate.issuer.replaceAll('\n', ', ')})`;
  }
  return 'it does not lead to an authority';
}

const isFor = (certificate: X509Certificate, address: string): boolean =>
  (isIP(address) === 0 ? certificate.checkHost(address) : certificate.checkIP(address)) !== undefined;

/** Names alone prove nothing: two authorities may have the same. */
const isSignedBy = (certificate: X509Certificate, authority: X509Certificate): boolean =>
  certificate.checkIssued(authority) && certificate.verify(authority.publicKey);

/** All certificates of a PEM text, in its order. */
export function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return [];
  }
}

/** Null when it is not there. */
async function read(host: string, file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8').catch(nothingThere)) ?? null;
  } catch (cause) {
    throw refused(`encryption from QEMU to QEMU: ${file} on ${host} cannot be read: ${(cause as Error).message}`);
  }
}

const lacking = (host: string, file: string): DriverError =>
  refused(
    `encryption from QEMU to QEMU: liveMigration.nativeTls is set on ${host}, but ${file} is not there; put the certificates where libvirt ` +
      `looks for them, or leave nativeTls out on every host`,
  );

const refused = (why: string): DriverError => new DriverError('MIGRATION_PRE_CHECK_ERROR', why);
