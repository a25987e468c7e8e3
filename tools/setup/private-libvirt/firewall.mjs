/**
 * libvirt hangs its own chains (LIBVIRT_INP and so on) into the packet filter when the first network starts and never takes them
 * away. A private daemon in the machine's network removes those that it brought, once they are empty.
 */
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { ask, which } from '../run-command.mjs';

const TOOLS = ['iptables', 'ip6tables'];
const TABLES = ['filter', 'nat', 'mangle'];

/** @returns {string[]} libvirt's chains in the machine's packet filter, as "tool table chain" */
export function libvirtChains() {
  return TOOLS.filter((tool) => which(tool)).flatMap((tool) =>
    TABLES.flatMap((table) => chains(rules(tool, table)).map((chain) => `${tool} ${table} ${chain}`)),
  );
}

/**
 * Removes libvirt's chains that are empty and were not there before, unless another libvirt daemon lives in this network and
 * may count on them.
 * @param {string[]} before what `libvirtChains` said before the first network started
 */
export function removeEmptyChains(before) {
  if (otherDaemonHere()) return;
  for (const tool of TOOLS.filter((name) => which(name))) {
    for (const table of TABLES) {
      const all = rules(tool, table);
      for (const chain of chains(all)) {
        if (before.includes(`${tool} ${table} ${chain}`) || all.some((rule) => rule.startsWith(`-A ${chain} `)))
          continue;
        for (const rule of all.filter((line) => line.startsWith('-A ') && line.endsWith(` -j ${chain}`))) {
          ask([tool, '-w', '-t', table, ...rule.replace('-A', '-D').split(' ')]);
        }
        ask([tool, '-w', '-t', table, '-X', chain]);
      }
    }
  }
}

/** @param {string} tool @param {string} table @returns {string[]} */
function rules(tool, table) {
  return ask([tool, '-w', '-t', table, '-S']).stdout.split('\n').filter(Boolean);
}

/** @param {string[]} all @returns {string[]} */
function chains(all) {
  return all.flatMap((rule) => /^-N (LIBVIRT_\S+)$/.exec(rule)?.[1] ?? []);
}

function otherDaemonHere() {
  const here = readlinkSync('/proc/self/ns/net');
  return readdirSync('/proc').some((pid) => {
    try {
      const name = existsSync(`/proc/${pid}/comm`) ? readFileSync(`/proc/${pid}/comm`, 'utf8').trim() : '';
      return /^(libvirtd|virtnetworkd)$/.test(name) && readlinkSync(`/proc/${pid}/ns/net`) === here;
    } catch {
      return false;
    }
  });
}
