import { contractOrders } from '../generated/orders.ts';
import { inKebab } from './words.ts';

const isTwoWords = ({ command }: { readonly command: string }): boolean => /[A-Z]/.test(command);

const patterns = contractOrders.filter(isTwoWords).map(({ command, isMethod }) => {
  // Where a driver's method has the name too, the command is what something is said of: `softDelete is legal in running`.
  const after = isMethod === true ? '(?= is )' : String.raw`(?!\.?[\w(])`;
  return { pattern: new RegExp(String.raw`(?<![\w.(])${command}${after}`, 'g'), verb: inKebab(command) };
});

/**
 * A text of the API with its commands as the verbs that a person types (`confirmResize` → `confirm-resize`). Methods of drivers and types of
 * events stay as they are: they are to be found again in histories and logs.
 */
export function withVerbs(text: string): string {
  return patterns.reduce((sum, { pattern, verb }) => sum.replaceAll(pattern, verb), text);
}
