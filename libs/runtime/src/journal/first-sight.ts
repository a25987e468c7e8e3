const sign = '"actor":{"role":{"kind":"closed"}';
const record = '"actor":{';

/**
 * Whether a stored message says at first sight, unparsed, that nothing more happens in its history: the actor's record in its state begins
 * with the closed role. No text inside of a JSON string holds an unescaped quote, so what is found is structure; in a message of ours
 * the state comes last. A host that has had a hundred thousand instances is not to parse them all before it serves ten.
 *
 * A message that is skipped for it is not checked, and a writer with another order of fields might be misread: so it may only be used where
 * all is read and checked soon after.
 */
export function isOverAtFirstSight(message: Uint8Array | string): boolean {
  if (typeof message === 'string') return message.startsWith(sign, message.lastIndexOf(record));
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const at = bytes.lastIndexOf(record, undefined, 'latin1');
  return at >= 0 && bytes.toString('latin1', at, at + sign.length) === sign;
}
