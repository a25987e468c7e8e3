import type { Hands } from '../guest/hands.ts';
import { kill } from '../guest/power-off.ts';
import { define, startFresh } from '../guest/start.ts';
import { sameMark } from '../xml/metadata.ts';

/** Ends with the guest running by this definition, or, where it was off before, off with this definition stored. */
export async function settlePower(hands: Hands, definition: string, on: boolean): Promise<void> {
  if (on) return await startFresh(hands, () => definition);
  await kill(hands);
  const seen = await hands.look();
  if (seen.domain !== 'defined' || !sameMark(seen.mark, hands.context.mark)) await define(hands, definition);
}
