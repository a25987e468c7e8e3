/** Prints every pair of state and event with what it is decided as: `node libs/machines/tools/pairs.ts`. */
import { pairs } from '../src/testing/pairs.ts';

const all = pairs();
for (const { state, type, taken, conditional, reason } of all) {
  console.log(
    `${state.padEnd(42)} ${type.padEnd(40)} ${reason === null ? `-> ${taken.join(', ')}${conditional ? ' (if it asks for it)' : ''}` : `no: ${reason}`}`,
  );
}
const decided = all.filter(({ reason }) => reason === null).length;
console.log(`${all.length} pairs: ${decided} taken, ${all.length - decided} refused with a reason`);
