/**
 * Who may do what on the NATS server, as its configuration says it. A user's name is the `name` that it connects with: its inbox
 * is `_INBOX_<name>`, so that nobody reads another's replies.
 *
 *   agent-<host>   writes its own histories and beats, answers `rpc.<host>`, reads images and secrets, adds images that it made
 *   coordinator    makes streams, writes the spine and fences, orders agents, keeps images and secrets
 *   reader         reads histories and beats, and changes nothing
 *
 * One account with permissions per user is no wall against an agent that was taken over: a publish may name any reply subject,
 * and the server's answer then goes there. That needs an account per agent.
 */

/** @typedef {{ name: string, publish: string[], subscribe: string[], deny?: string[], responds: boolean }} NatsUser */

const API = '$JS.API';
const BUCKETS = ['images', 'secrets'];

/** @param {string} host @returns {NatsUser} */
export function agentUser(host) {
  const stream = `EVT_${host}`;
  return {
    name: `agent-${host}`,
    publish: [
      `evt.${host}.>`,
      `hb.${host}`,
      `${API}.INFO`,
      `${API}.STREAM.INFO.${stream}`,
      `${API}.CONSUMER.CREATE.${stream}.*.evt.${host}.>`,
      ...['INFO', 'DELETE', 'MSG.NEXT'].map((verb) => `${API}.CONSUMER.${verb}.${stream}.*`),
      `${API}.DIRECT.GET.${stream}`,
      `${API}.DIRECT.GET.${stream}.evt.${host}.>`,
      ...BUCKETS.flatMap(readsBucket),
      // Snapshots go to the store. Who reads an image checks its hash, so what an agent writes there can be missing, never another.
      '$O.images.C.>',
      '$O.images.M.>',
    ],
    subscribe: [`_INBOX_agent-${host}.>`, `rpc.${host}.>`],
    responds: true,
  };
}

/** @returns {NatsUser} */
export function coordinatorUser() {
  return {
    name: 'coordinator',
    publish: [
      'evt.>',
      'hb._cluster',
      'rpc.*.cmd.*',
      'rpc.*.query.>',
      'rpc.*.host.*',
      `${API}.INFO`,
      ...['CREATE', 'UPDATE', 'INFO', 'MSG.GET'].map((verb) => `${API}.STREAM.${verb}.*`),
      `${API}.STREAM.NAMES`,
      `${API}.STREAM.LIST`,
      `${API}.CONSUMER.>`,
      `${API}.DIRECT.GET.>`,
      ...BUCKETS.flatMap((bucket) => [`$O.${bucket}.>`, `${API}.STREAM.PURGE.OBJ_${bucket}`]),
      '$JS.FC.>',
    ],
    subscribe: ['_INBOX_coordinator.>', 'hb.*', 'rpc._cluster.>', 'evt.>'],
    responds: true,
  };
}

/** @returns {NatsUser} */
export function readerUser() {
  return {
    name: 'reader',
    publish: [
      `${API}.INFO`,
      `${API}.STREAM.INFO.*`,
      `${API}.STREAM.NAMES`,
      `${API}.CONSUMER.CREATE.*.*.evt.>`,
      `${API}.CONSUMER.INFO.*.*`,
      `${API}.CONSUMER.MSG.NEXT.*.*`,
      `${API}.DIRECT.GET.*`,
      `${API}.DIRECT.GET.*.evt.>`,
    ],
    deny: [`${API}.DIRECT.GET.OBJ_secrets`, `${API}.CONSUMER.MSG.NEXT.OBJ_secrets.*`],
    subscribe: ['_INBOX_reader.>', 'hb.*', 'evt.>'],
    responds: false,
  };
}

/** What reading a bucket of the object store takes. @param {string} bucket */
function readsBucket(bucket) {
  const stream = `OBJ_${bucket}`;
  return [
    `${API}.STREAM.INFO.${stream}`,
    `${API}.STREAM.MSG.GET.${stream}`,
    `${API}.DIRECT.GET.${stream}.$O.${bucket}.M.>`,
    `${API}.CONSUMER.CREATE.${stream}.*.$O.${bucket}.>`,
    ...['INFO', 'DELETE', 'MSG.NEXT'].map((verb) => `${API}.CONSUMER.${verb}.${stream}.*`),
    `$JS.FC.${stream}.>`,
  ];
}

/**
 * A user as the server's configuration writes it.
 * @param {NatsUser} user @param {string} publicKey
 */
export function userBlock({ publish, subscribe, deny = [], responds }, publicKey) {
  const allowed = deny.length > 0 ? `{ allow: ${list(publish)}, deny: ${list(deny)} }` : `{ allow: ${list(publish)} }`;
  const responses = responds ? '\n      allow_responses: { max: 1, expires: "60s" }' : '';
  return `    { nkey: ${publicKey}, permissions: {
      publish: ${allowed}
      subscribe: { allow: ${list(subscribe)} }${responses}
    } }`;
}

/** @param {string[]} subjects */
const list = (subjects) => `[${subjects.map((subject) => JSON.stringify(subject)).join(', ')}]`;
