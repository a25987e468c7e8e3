/** The steps that an order cannot do without, each bare: an HTTP answer, a request to a responder that appends, further appends. */
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstream, type JetStreamClient } from '@nats-io/jetstream';
import { connect as dial, nkeyAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { commandSubject, eventSubject } from '@chronovirt/contract';
import { connect, JetStreamJournal } from '@chronovirt/nats-adapter';
import { fill, runningHistory } from '../histories/template.ts';
import { inFlight } from '../measure/samples.ts';
import { HttpCaller } from '../stack/http.ts';
import { Part } from '../stack/part.ts';
import { FLOOR, type Stack } from '../stack/stack.ts';

export class BareSteps {
  readonly #client: NatsConnection;
  readonly #js: JetStreamClient;
  readonly #http: HttpCaller;
  readonly #parts: readonly Part[];
  readonly #message: string;
  #count = 0;

  private constructor(client: NatsConnection, http: HttpCaller, parts: readonly Part[], message: string) {
    this.#client = client;
    this.#js = jetstream(client);
    this.#http = http;
    this.#parts = parts;
    this.#message = message;
  }

  /** A stream of its own beside the measured host's, and the two bare processes. */
  static async connect({ directory, nats }: Stack): Promise<BareSteps> {
    const seedFile = nats.seed('coordinator');
    const provisioning = await connect({ servers: nats.url, name: 'coordinator', nkeySeedFile: seedFile });
    const journal = new JetStreamJournal(provisioning);
    await journal.provision(FLOOR);
    await journal.close();
    await provisioning.close();

    const { messages } = runningHistory(FLOOR, 50);
    const message = fill(
      messages.at(-4)!,
      randomUUID(),
      messages.map(() => 1),
    );
    const floorFile = join(directory, 'steps.json');
    writeFileSync(floorFile, JSON.stringify({ host: FLOOR, message: JSON.parse(message), histories: [] }));
    const bodyFile = join(directory, 'empty.json');
    writeFileSync(bodyFile, '{}');
    const part = (name: string, ...args: string[]): Part =>
      new Part(name, join(directory, `${name}.log`), [
        process.execPath,
        join(import.meta.dirname, `${name}.ts`),
        ...args,
      ]);
    const responder = part('append-floor', nats.url, nats.seed(`agent-${FLOOR}`), floorFile);
    const server = part('bare-http', bodyFile);
    const [, { address = '' }] = await Promise.all([responder.ready(), server.ready()]);
    const client = await dial({
      servers: nats.url,
      authenticator: nkeyAuthenticator(new TextEncoder().encode(readFileSync(seedFile, 'utf8').trim())),
      inboxPrefix: '_INBOX_coordinator',
    });
    return new BareSteps(client, new HttpCaller(address, ''), [responder, server], message);
  }

  /** How long so many orders take, one at a time: an HTTP answer, a request to the responder, appends. */
  async orders(count: number, appends: number): Promise<number[]> {
    const one = async (): Promise<void> => {
      await this.#http.call('POST', '/', '{}');
      await this.#request();
      for (let n = 0; n < appends; n += 1) await this.#append();
    };
    return (await inFlight(1, count, one)).times;
  }

  /** Orders per second that could be stored if nothing were done but their appends. */
  async rate(appendsEach: number, width: number): Promise<number> {
    const count = 2_000;
    const { perSecond } = await inFlight(width, count, () => this.#append());
    return perSecond / appendsEach;
  }

  async close(): Promise<void> {
    this.#http.close();
    await this.#client.close();
    for (const part of this.#parts) await part.end();
  }

  async #request(): Promise<void> {
    const instance = randomUUID();
    const command = { id: `c${(this.#count += 1)}`, instance, name: 'pause', args: {} };
    await this.#client.request(commandSubject(FLOOR, instance), JSON.stringify({ kind: 'command', command }));
  }

  async #append(): Promise<void> {
    await this.#js.publish(eventSubject(FLOOR, randomUUID()), this.#message, {
      msgID: `step-${(this.#count += 1)}`,
      expect: { lastSubjectSequence: 0 },
    });
  }
}
