/**
 * Makes instances. A caller's key is the command's id and decides the instance's UUID, so a create that is sent again, during the first
 * try or long after it, ends as one instance.
 */
import { randomUUID } from 'node:crypto';
import { CLUSTER, type By, type Command, type InstanceSpec, type InstanceUuid } from '@chronovirt/contract';
import { isReadable } from '@chronovirt/runtime';
import type { InstanceEntry } from '../read-model/instance-entry.ts';
import { checkHost, type ApiContext } from './context.ts';
import type { CreateBody } from './create-body.ts';
import { makePlainSpec, uuidOfKey, withSecrets } from './make-spec.ts';
import { Problem, problemOfReply } from './problem.ts';

export interface Created {
  readonly uuid: InstanceUuid;
  readonly name: string;
  readonly command: string;
  readonly host: string;
  readonly seq: number;
}

export class InstanceMaker {
  readonly #context: ApiContext;
  /** Names of creates under way, until the read model shows their instances. */
  readonly #reserved = new Map<string, InstanceUuid>();
  readonly #running = new Map<string, Promise<Created>>();

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /** What a create would be made from; nothing is sealed, stored or done. */
  async preview(body: CreateBody): Promise<InstanceSpec> {
    const uuid = randomUUID() as InstanceUuid;
    this.#checkName(body.name, uuid);
    checkHost(this.#context, body.host, 'host');
    return makePlainSpec(this.#context, uuid, body);
  }

  /** Orders an instance; resolves with the stored acceptance. Throws `Problem`. */
  create(body: CreateBody, by: By, key: string | null): Promise<Created> {
    if (key === null) return this.#make(body, by, randomUUID(), randomUUID() as InstanceUuid);
    const known = this.#running.get(key);
    if (known !== undefined) return known;
    const running = this.#makeOnce(body, by, key).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  async #makeOnce(body: CreateBody, by: By, key: string): Promise<Created> {
    const uuid = uuidOfKey(key);
    const entry = this.#context.model.get(uuid);
    return entry === undefined ? this.#make(body, by, key, uuid) : this.#again(entry, key);
  }

  async #make(body: CreateBody, by: By, id: string, uuid: InstanceUuid): Promise<Created> {
    this.#checkName(body.name, uuid);
    checkHost(this.#context, body.host, 'host');
    this.#reserved.set(body.name, uuid);
    try {
      const plain = await makePlainSpec(this.#context, uuid, body);
      const spec = await withSecrets(this.#context, plain, body);
      const created = await this.#send(spec, body, by, id).catch(async (error: unknown) => {
        // Only where nothing can have been stored; an unknown fate keeps what the instance may need.
        if (error instanceof Problem && error.status !== 500) await this.#context.secrets.forget(uuid);
        throw error;
      });
      await this.#context.model.reached(new Map([[created.host, created.seq]]), this.#context.config.sinceTimeoutMs);
      return created;
    } finally {
      this.#reserved.delete(body.name);
    }
  }

  async #send(spec: InstanceSpec, body: CreateBody, by: By, id: string): Promise<Created> {
    const args = { spec, ...(body.host === undefined ? {} : { host: body.host }) };
    const command = { id, instance: spec.uuid, name: 'create', args, by } as unknown as Command;
    const reply = await this.#context.commands.send(command, CLUSTER);
    const problem = problemOfReply(reply);
    if (problem !== null) throw problem;
    if (reply.kind !== 'answer') throw new Error('unreachable: every other reply is a problem');
    return { uuid: spec.uuid, name: spec.name, command: id, host: reply.host, seq: reply.seq };
  }

  /** The same create once more: its answer lies in the history. */
  async #again(entry: InstanceEntry, key: string): Promise<Created> {
    for await (const stored of this.#context.journal.read(CLUSTER, entry.uuid)) {
      if (!isReadable(stored) || stored.message.command !== key) continue;
      return { uuid: entry.uuid as InstanceUuid, name: entry.name ?? '', command: key, host: CLUSTER, seq: stored.seq };
    }
    throw new Problem(
      409,
      'REFUSED',
      `the key ${key} belongs to instance ${entry.uuid}, which was not made by this create; use another key`,
      {
        guard: 'unplaced',
        field: 'Idempotency-Key',
      },
    );
  }

  #checkName(name: string, uuid: InstanceUuid): void {
    const holder = this.#reserved.get(name) ?? this.#context.model.holderOf(name)?.uuid;
    if (holder === undefined || holder === uuid) return;
    throw new Problem(
      409,
      'REFUSED',
      `the name ${name} is taken by instance ${holder}; choose another one, or delete that instance`,
      {
        guard: 'nameFree',
        field: 'name',
        path: null,
      },
    );
  }
}
