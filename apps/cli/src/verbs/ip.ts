import { setTimeout } from 'node:timers/promises';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { duration } from '../output/time.ts';
import { parseSpan } from '../parse/moment.ts';
import { instanceArgument, textOption, type Verb, type VerbContext } from './verb.ts';

interface Addresses {
  readonly addresses: readonly {
    readonly mac: string;
    readonly address: string;
    readonly family: string;
    readonly source: string;
  }[];
}

const pollMs = 500;

export const ipVerb: Verb = {
  name: 'ip',
  group: 'Guests',
  summary: "Print a guest's addresses, one per line.",
  details:
    'Known are leases of libvirt’s DHCP, what the QEMU guest agent in the guest says, and guests on a bridge that their host has spoken with lately; --json says which. Ends with exit code 3 when none is known (yet).',
  args: [instanceArgument],
  options: [{ flags: '--wait [span]', description: 'wait until it has one; at most this long, 2min when not said' }],
  examples: [
    ['ip web', 'its addresses'],
    ['ip web --wait', 'as soon as it has one: ssh root@$(chronovirt ip web --wait)'],
  ],
  async run(context, [instance = ''], options) {
    const { wait } = options;
    const patienceMs = wait === undefined ? 0 : parseSpan(textOption(options, 'wait') ?? '2min', '--wait');
    const found = await read(context, instance, context.io.now() + patienceMs);
    if (found.addresses.length === 0 && context.io.signal.aborted)
      throw new CliError(exitCodes.error, `interrupted: ${instance} has no address that is known yet`);
    if (found.addresses.length === 0) {
      throw new CliError(
        wait === undefined ? exitCodes.notFound : exitCodes.timeout,
        `${instance} has no address that is known${wait === undefined ? ' yet' : ', and got none in time'}`,
        {
          hint:
            wait === undefined
              ? `chronovirt ip ${instance} --wait waits for one; a guest on a bridge needs qemu-guest-agent, or its host must have spoken with it`
              : `chronovirt console-log ${instance} tells how far it has booted`,
        },
      );
    }
    context.print(found, () => found.addresses.map(({ address }) => address));
  },
};

async function read(context: VerbContext, instance: string, until: number): Promise<Addresses> {
  const { client, io } = context;
  let told = context.isJson;
  for (;;) {
    const found = await client.json<Addresses>(`/v1/instances/${encodeURIComponent(instance)}/addresses`);
    if (found.addresses.length > 0 || io.now() >= until) return found;
    if (!told) io.err(`${instance} has no address that is known yet; waiting ${duration(until - io.now())} at most\n`);
    told = true;
    await setTimeout(pollMs, null, { signal: io.signal }).catch(() => {});
    if (io.signal.aborted) return found;
  }
}
