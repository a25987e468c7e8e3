/**
 * `npm run generate:constants -w libs/libvirt`: writes `src/generated/constants.ts` from `protocol/constants.txt` and the
 * API description that libvirt installs (Debian: package libvirt-dev). Only numbers and names are taken from there.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const API = '/usr/share/libvirt/api/libvirt-api.xml';
const ENTRY = /<enum name='(\w+)' [^>]*?value='(-?\d+)'[^>]*? type='(\w+)'/g;

interface Member {
  readonly name: string;
  readonly value: number;
}

/** The text of `constants.ts` for the API description `xml` and the wanted `selection`. */
export function emitConstants(xml: string, selection: string): string {
  const types = new Map<string, Member[]>();
  for (const [, name, value, type] of xml.matchAll(ENTRY)) {
    const members = types.get(type!) ?? [];
    members.push({ name: name!, value: Number(value) });
    types.set(type!, members);
  }
  const blocks = selection
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name, type, prefix] = line.split(' ') as [string, string, string];
      return constant(name, type, prefix, types.get(type) ?? refuse(type, `is not in ${API}`));
    });
  return `// Generated from libvirt's API description by tools/generate-constants.ts. Do not edit.\n\n${blocks.join('\n')}`;
}

function constant(name: string, type: string, prefix: string, members: readonly Member[]): string {
  const entries = members
    .filter((member) => !member.name.endsWith('_LAST'))
    .map((member) => ({ key: key(member.name, prefix), value: member.value }))
    .toSorted((a, b) => a.value - b.value);
  return `/** \`${type}\` */
export const ${name} = {
${entries.map((entry) => `  ${entry.key}: ${literal(entry.value)},\n`).join('')}} as const;
export type ${name} = (typeof ${name})[keyof typeof ${name}];
`;
}

/** Members that do not share the prefix (VIR_WAR_NO_NETWORK) lose what they share with the rest. */
function key(name: string, prefix: string): string {
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : name.replace(/^VIR_(DOMAIN_)?/, '');
  return /^\d/.test(rest) ? `_${rest}` : rest;
}

function literal(value: number): string {
  return value >= 0x1_0000 && Number.isInteger(Math.log2(value)) ? `0x${value.toString(16)}` : String(value);
}

function refuse(what: string, problem: string): never {
  throw new Error(`${what}: ${problem}`);
}

if (import.meta.main) {
  const selection = readFileSync(new URL('../protocol/constants.txt', import.meta.url), 'utf8');
  writeFileSync(
    new URL('../src/generated/constants.ts', import.meta.url),
    emitConstants(readFileSync(API, 'utf8'), selection),
  );
}
