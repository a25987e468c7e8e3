/** Keys and configuration of the NATS server that `npm start` runs. Needs the npm packages, so it comes after their installation. */
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareVersions } from './nats-server.mjs';
import { agentUser, coordinatorUser, readerUser, userBlock } from './nats-users.mjs';

/** @typedef {{ name: string, seedFile: string, publicKey: string }} NatsKey `seedFile` has the secret, readable by its owner alone */

/**
 * Makes what is missing and keeps what is there: a key per user, and the configuration for today's hosts, port and server.
 * @param {{ directory: string, hosts: string[], port: number, version: string, address?: string, tls?: { certFile: string, keyFile: string } }} options
 *   `directory` holds store, keys and configuration; `version` of the server that will read it; `address` in brackets where it is IPv6
 * @returns {Promise<{ configFile: string, users: Record<string, NatsKey>, changed: boolean }>} `changed`: a running server has to read it again
 */
export async function natsConfiguration({ directory, hosts, port, version, address = '127.0.0.1', tls }) {
  for (const host of hosts) {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(host))
      throw new Error(`host "${host}": expected 1 to 64 of the letters A-Z a-z 0-9 _ -`);
  }
  mkdirSync(join(directory, 'keys'), { recursive: true, mode: 0o700 });
  const users = [coordinatorUser(), readerUser(), ...hosts.map(agentUser)];
  /** @type {Record<string, NatsKey>} */
  const keys = {};
  for (const { name } of users) keys[name] = await keyOf(join(directory, 'keys', `${name}.seed`), name);
  const blocks = users.map((user) => userBlock(user, /** @type {NatsKey} */ (keys[user.name]).publicKey));
  const configFile = join(directory, 'nats-server.conf');
  const listen = `${address}:${port}`;
  const text = serverConfiguration({ listen, tls, store: join(directory, 'store'), version, users: blocks.join('\n') });
  const changed = !existsSync(configFile) || readFileSync(configFile, 'utf8') !== text;
  if (changed) writeSecret(configFile, text);
  return { configFile, users: keys, changed };
}

/** @param {{ listen: string, tls: { certFile: string, keyFile: string } | undefined, store: string, version: string, users: string }} settings */
function serverConfiguration({ listen, tls, store, version, users }) {
  // Older servers refuse a setting that they do not know.
  const onDisk = compareVersions(version, '2.10.0') >= 0 ? '\n  sync_interval: always' : '';
  return `# Written by set-up at each start; changes are lost. For a server of your own see deploy/nats-server.conf.
listen: "${listen}"${tls === undefined ? '' : tlsBlock(tls)}
server_name: chronovirt
jetstream {
  store_dir: ${JSON.stringify(store)}${onDisk}
}
authorization {
  users: [
${users}
  ]
}
`;
}

/** @param {{ certFile: string, keyFile: string }} files */
const tlsBlock = ({ certFile, keyFile }) =>
  `\ntls { cert_file: ${JSON.stringify(certFile)}, key_file: ${JSON.stringify(keyFile)} }`;

/** @param {string} seedFile @param {string} name @returns {Promise<NatsKey>} */
async function keyOf(seedFile, name) {
  const { createUser, fromSeed } = await import('@nats-io/nkeys');
  if (!existsSync(seedFile)) writeSecret(seedFile, `${new TextDecoder().decode(createUser().getSeed())}\n`);
  chmodSync(seedFile, 0o600);
  try {
    const pair = fromSeed(new TextEncoder().encode(readFileSync(seedFile, 'utf8').trim()));
    return { name, seedFile, publicKey: pair.getPublicKey() };
  } catch (cause) {
    throw new Error(`${seedFile} holds no nkey seed: remove it, and a new key is made at the next start`, { cause });
  }
}

/** Whole or not at all, and never readable by others. @param {string} path @param {string} text */
function writeSecret(path, text) {
  const work = `${path}.${process.pid}`;
  writeFileSync(work, text, { mode: 0o600 });
  renameSync(work, path);
}
