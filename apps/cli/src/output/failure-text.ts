/** Why an instance is failed, in a person's words. */
import type { FailureView } from '../api/types.ts';
import { inWords } from '../parse/words.ts';

/** `name`: the instance, as it can be typed. */
export function failureText(failure: FailureView, name: string): string {
  return goneText(failure, name) ?? `${inWords(failure.method)}: ${failure.message}`;
}

/**
 * What is failed because a look found no guest on its host, and that was taken over: nothing went wrong with the look, which is what the
 * record says of it. Null for every other failure.
 */
function goneText(failure: FailureView, name: string): string | null {
  if (!isGone(failure)) return null;
  const others = `chronovirt rebuild ${name} makes it anew from its image, chronovirt delete ${name} ends it`;
  return failure.observation?.disks.includes('root') === true
    ? `the guest is gone from its host, and that was taken over; its disk is still there: chronovirt hard-reboot ${name} defines and starts it anew, ${others}`
    : `the guest is gone from its host with its disk, and that was taken over: ${others}`;
}

/** Whether it is failed for no other reason than that its guest was found gone. */
export function isGone({ method, code, observation }: FailureView): boolean {
  return method === 'probe' && code === 'UNEXPECTED_STATE' && observation?.domain === 'absent';
}
