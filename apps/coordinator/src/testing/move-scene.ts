/** A guest in a small cluster, and a person who moves it: the means to tell a story of a move in a few lines. */
import { CLUSTER, type Answer, type CommandName, type InstanceUuid } from '@chronovirt/contract';
import { isReadable, MemoryJournal } from '@chronovirt/runtime';
import { sampleSpec } from '@chronovirt/testing/world';
import { faultsAfterDelete, faultsAtTheEnd, type Moved } from '../proof/moves/ending.ts';
import { ClusterWorld, type Coordinator } from './cluster-world.ts';

/** How the hosts' hypervisors are told to move guests that run. */
type LiveMigration = ConstructorParameters<typeof ClusterWorld>[3];

export class MoveScene implements Moved {
  readonly uuid: InstanceUuid = sampleSpec(1).uuid;
  readonly world: ClusterWorld;
  readonly lostPower = new Set<string>();
  coordinator: Coordinator;

  private constructor(world: ClusterWorld, coordinator: Coordinator) {
    this.world = world;
    this.coordinator = coordinator;
  }

  /** A guest runs on `h1`. */
  static async running(
    storage: 'shared' | 'separate' = 'separate',
    hosts: readonly string[] = ['h1', 'h2'],
    liveMigration?: LiveMigration,
  ): Promise<MoveScene> {
    const scene = await MoveScene.empty(storage, hosts, liveMigration);
    await scene.done('create', { spec: sampleSpec(1), host: 'h1' });
    return scene;
  }

  /** All agents and the coordinator run, and nothing else. */
  static async empty(
    storage: 'shared' | 'separate',
    hosts: readonly string[],
    liveMigration?: LiveMigration,
  ): Promise<MoveScene> {
    const world = new ClusterWorld(hosts, storage, null, liveMigration);
    for (const host of hosts) await world.startAgent(host);
    return new MoveScene(world, await world.startCoordinator());
  }

  /** A guest whose processors run on `h2` while its memory still comes from `h1`. */
  static async inPostCopy(storage: 'shared' | 'separate'): Promise<MoveScene> {
    const scene = await MoveScene.running(storage, ['h1', 'h2'], {
      postCopy: true,
      landing: 'running',
      lockManager: 'lockd',
      forceComplete: 'postCopy',
    });
    const { world, uuid } = scene;
    world.sim('h1').busyGuests.add(uuid);
    await scene.taken('liveMigrate');
    await scene.reaches('copying.copy');
    await world.clock.advance(5_000);
    await scene.taken('forceComplete');
    await scene.until(() => world.sim('h2').viewOf(uuid)?.reason === 'postcopy', 'post-copy');
    return scene;
  }

  get owner(): string | null {
    const { role } = this.world.last(CLUSTER, this.uuid)?.state.actor ?? {};
    return role?.kind === 'granted' ? role.host : null;
  }

  get value(): string {
    return this.world.last(this.owner ?? CLUSTER, this.uuid)?.state.value ?? 'none';
  }

  /** Where the move is. */
  get phase(): string {
    return this.world.move(this.uuid)?.value ?? 'none';
  }

  /** Orders, and answers as the person is answered. */
  async order(name: CommandName, args: Record<string, unknown> = {}): Promise<Answer> {
    const reply = await this.world.command(this.coordinator, this.uuid, name, args);
    if (reply.kind !== 'answer') throw new Error(`${name} was not answered: ${JSON.stringify(reply)}`);
    return reply.answer;
  }

  /** Orders what is taken, and waits until all rests. */
  async done(name: CommandName, args: Record<string, unknown> = {}): Promise<void> {
    await this.taken(name, args);
    await this.world.rests(this.uuid);
  }

  /** Orders what is taken. */
  async taken(name: CommandName, args: Record<string, unknown> = {}): Promise<void> {
    const answer = await this.order(name, args);
    if (answer.kind !== 'accepted') throw new Error(`${name} was refused: ${JSON.stringify(answer)}`);
  }

  /** Lets time pass until the move has come to a phase. */
  reaches(phase: string): Promise<void> {
    return this.until(() => this.phase === phase, phase);
  }

  until(condition: () => boolean, what: string): Promise<void> {
    return this.world.clock.runUntil(condition, { what, limitMs: 1_200_000 });
  }

  async rests(): Promise<string> {
    await this.world.rests(this.uuid);
    return this.value;
  }

  /** Types of the stored events of one host, in order. */
  async events(host: string): Promise<string[]> {
    const all = await this.world.story(this.uuid);
    return all.flatMap((line) => (line.startsWith(`${host} `) ? [line.replace(/^\S+ \d+: (\S+) .*$/, '$1')] : []));
  }

  /** Epoch and role after each stored message of one host. */
  async roles(host: string): Promise<{ epoch: number; role: string }[]> {
    const all: { epoch: number; role: string }[] = [];
    for await (const stored of new MemoryJournal({ store: this.world.store }).read(host, this.uuid))
      if (isReadable(stored)) all.push({ epoch: stored.message.epoch, role: stored.message.state.actor.role.kind });
    return all;
  }

  /** A host loses power; with a proof nothing there can ever run again by itself. */
  lose(host: string, proof: 'proved' | 'unproved' = 'proved'): void {
    this.lostPower.add(host);
    this.world.losePower(host);
    if (proof === 'proved') this.world.proofs.set(host, { kind: 'operator', name: 'grace' });
  }

  /** A host that was lost boots, its agent starts, and does what it has to do. */
  async comesBack(host: string): Promise<void> {
    this.world.proofs.delete(host);
    this.world.site.boot(host);
    await this.world.startAgent(host);
    await this.world.clock.advance(5_000);
  }

  /** What is wrong when all is over; with `deleted` nothing may be anywhere. */
  async faults(...ends: string[]): Promise<string[]> {
    await this.world.rests(this.uuid);
    await this.world.clock.advance(130_000);
    await this.world.rests(this.uuid);
    return ends.includes('deleted') ? faultsAfterDelete(this) : faultsAtTheEnd(this, ends);
  }
}
