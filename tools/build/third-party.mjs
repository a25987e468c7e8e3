/** The packages of others that are inside a bundle, with the licence texts that have to go along with them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package may not be passed on without its licence, and this one names none. */
export class LicenceMissing extends Error {
  code = 'BUILD_LICENCE_MISSING';
}

/**
 * @param {string} root the checkout
 * @param {string[]} inputs paths of the bundled modules, relative to `root`
 * @returns {string} one section per package, by name
 * @throws {LicenceMissing}
 */
export function thirdParty(root, inputs) {
  const directories = new Set(inputs.flatMap((path) => packageDirectory(path) ?? []));
  const sections = [...directories].map((directory) => section(join(root, directory)));
  return `${sections.toSorted().join(`\n${'-'.repeat(80)}\n\n`)}`;
}

/** The directory of the innermost package that a module belongs to; undefined for our own. @param {string} path */
export function packageDirectory(path) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
}

/** @param {string} directory */
function section(directory) {
  const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const named = typeof license === 'string' ? license : license?.type;
  const texts = readdirSync(directory)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .toSorted()
    .map((file) => readFileSync(join(directory, file), 'utf8').trim());
  if (!named && texts.length === 0)
    throw new LicenceMissing(
      `${name} ${version} has no licence: it must not be bundled; leave it out or ask its author`,
    );
  return `${name} ${version} (${named ?? 'licence below'})\n\n${texts.join('\n\n') || `Licence: ${named}`}\n`;
}
