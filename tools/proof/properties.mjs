/** What the project promises about an instance, by number: the properties of its life and the invariants of its actor. */

/** @type {readonly { key: string, says: string }[]} */
export const promises = [
  { key: 'property 1', says: 'At most one host runs an instance; in a live switch two may hold it and one runs.' },
  {
    key: 'property 2',
    says: 'Nothing acts under an epoch once a newer one is written; a host of an old epoch only stops.',
  },
  { key: 'property 3', says: 'Deleted means gone: no domain, definition, disk, directory, tap or file is left.' },
  {
    key: 'property 4',
    says: 'Each state that does not rest has a deadline and a failure exit, and both lead to rest in bounded steps.',
  },
  {
    key: 'property 5',
    says: 'Replaying a history gives the same state and the same open work each time, and runs no effect.',
  },
  {
    key: 'property 6',
    says: 'An intent that is carried out twice, or again after a crash anywhere inside it, ends as carried out once.',
  },
  { key: 'property 7', says: 'What comes late or twice changes nothing but the record.' },
  {
    key: 'property 8',
    says: 'After a crash of agent, coordinator, broker or hypervisor at any step, rest is reached without a person.',
  },
  { key: 'property 9', says: 'An operation that failed and touched nothing leaves everything as it was.' },
  { key: 'property 10', says: 'Whatever was acquired is held by a live instance or given back.' },
  { key: 'property 11', says: 'At rest the recorded power is the real one, or an event names the gap.' },
  { key: 'property 12', says: 'Delete is taken in every state but deleted and wins every race.' },
  {
    key: 'property 13',
    says: 'A move can be undone before its switch and only go forward after it; it never ends on both hosts or on none.',
  },
  { key: 'property 14', says: 'A history is linear: of two writers with one predecessor one succeeds.' },
  { key: 'property 15', says: 'A refused command changes no state and begins no effect; the answer names the guard.' },
  {
    key: 'I1',
    says: 'No call changes anything without a stored intent, a due op, a fresh lease and a role that allows it.',
  },
  { key: 'I2', says: 'At most one effect at a time touches an instance on a host.' },
  { key: 'I3', says: 'The state is the fold of stored messages; memory never runs ahead of the journal.' },
  { key: 'I4', says: 'Each answer to a command is in the history, and the same id gets the same answer.' },
  { key: 'I5', says: 'What is due follows from the state alone; done again after any crash, it ends as done once.' },
  { key: 'I6', says: 'Only facts seen on the hypervisor, under the present op, bring a state to rest.' },
  { key: 'I7', says: 'An epoch is granted once, on the spine, after release, landing or proof; never on silence.' },
  { key: 'I8', says: 'Only the owner of the newest epoch starts, resumes or defines.' },
  { key: 'I9', says: 'After a delete is stored, every later path ends in absence.' },
  { key: 'I10', says: 'Each state that does not rest has an alarm, or names the fact that wakes it.' },
];

/** Promises about two hosts: their tests come with moves between hosts. */
export const withTwoHosts = new Set(['property 1', 'property 2', 'property 13', 'I7']);

/**
 * The promises that a test's title names: "property 3: …", "properties 3, 5 and I1, I2: …", "I4: …".
 * @param {string} title
 * @returns {string[]}
 */
export function namedIn(title) {
  const list = /^(?:propert(?:y|ies) )?(?:\d+|I\d+)(?:(?:, | and )(?:propert(?:y|ies) )?(?:\d+|I\d+))*(?=:)/.exec(
    title,
  )?.[0];
  if (list === undefined) return [];
  const isProperty = list.startsWith('propert');
  return [...list.matchAll(/I\d+|\d+/g)].flatMap(([name]) =>
    name.startsWith('I') ? [name] : isProperty ? [`property ${name}`] : [],
  );
}
