/**
 * libvirt hangs its own chains (LIBVIRT_INP and so on) into the packet filter when the first network starts and never takes them
 * away. With the last daemon gone, chains without a rule serve nobody; a daemon that starts later makes them anew.
 */
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { ask, which } from '../run-command.mjs';

const TOOLS = ['iptables', 'ip6tables'];
const TABLES = ['filter', 'nat', 'mangle'];

/** Removes libvirt's empty chains, unless a libvirt daemon lives in this network: it has noted that it made them. */
export function removeEmptyChains() {
  if (daemonHere()) return;
  for (const tool of TOOLS.filter((name) => which(name))) {
    for (const table of TABLES) {
      const all = rules(tool, table);
      for (const chain of chains(all).filter((name) => !all.some((rule) => rule.startsWith(`-A ${name} `)))) {
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

function daemonHere() {
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
