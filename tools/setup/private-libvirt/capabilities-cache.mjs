/**
 * What libvirt learned about the machine's QEMU. Asking QEMU takes a new daemon many seconds; with the answers of an earlier
 * one in its cache directory it is up at once. libvirt itself checks each file (program times, kernel, libvirt's version) and
 * asks again when one is out of date, so a wrong entry costs time and nothing else.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { cacheDir } from '../places.mjs';

const PROGRAMS = ['/usr/sbin/libvirtd', '/usr/bin/qemu-system-x86_64', '/dev/kvm'];

/** Fills a host's cache directory before its first start. @param {string} dir @returns {boolean} whether there was something to fill it with */
export function seedCapabilities(dir) {
  const own = ownDirectory(dir);
  if (existsSync(own)) return true;
  const kept = keptDirectory();
  if (!existsSync(kept)) return false;
  cpSync(kept, own, { recursive: true, preserveTimestamps: true });
  return true;
}

/** Keeps what a host's daemon has learned, for the next one. @param {string} dir */
export function keepCapabilities(dir) {
  const own = ownDirectory(dir);
  const kept = keptDirectory();
  if (existsSync(kept) || !existsSync(own) || readdirSync(own).length === 0) return;
  const work = `${kept}.${process.pid}`;
  cpSync(own, work, { recursive: true, preserveTimestamps: true });
  try {
    renameSync(work, kept);
  } catch {
    rmSync(work, { recursive: true, force: true }); // another daemon was first
  }
}

/** @param {string} dir */
const ownDirectory = (dir) => join(dir, 'cache/qemu/capabilities');

function keptDirectory() {
  const stamps = PROGRAMS.map((path) =>
    existsSync(path) ? (path.startsWith('/dev') ? 'there' : statSync(path).ctimeMs) : 'none',
  );
  const key = createHash('sha256')
    .update(JSON.stringify([release(), stamps]))
    .digest('hex')
    .slice(0, 16);
  const parent = cacheDir('libvirt-capabilities');
  mkdirSync(parent, { recursive: true });
  return join(parent, key);
}
