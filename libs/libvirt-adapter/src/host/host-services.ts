/** What the parts of a host's driver share: settings, connections, the host's profile, its files. */
import { join } from 'node:path';
import { DriverError } from '@chronovirt/contract';
import type { EffectContext, HostContext, InstanceUuid } from '@chronovirt/contract';
import { DirectoryImageStore } from '@chronovirt/images';
import type { ImageStore } from '@chronovirt/images';
import { BaseImages } from '../disks/base-image.ts';
import { InstanceDirectory } from '../disks/instance-directory.ts';
import { EventFeed } from '../events/event-feed.ts';
import { Hands } from '../guest/hands.ts';
import { Availability } from './availability.ts';
import { Connections } from './connections.ts';
import { GuestAgents } from './guest-agents.ts';
import { PowerSwitch } from './power-switch.ts';
import { profileOf } from './profile.ts';
import type { HostProfile } from './profile.ts';
import type { LibvirtDriverSettings } from './settings.ts';

export class HostServices {
  readonly settings: LibvirtDriverSettings;
  readonly connections: Connections;
  readonly feed: EventFeed;
  readonly agents: GuestAgents;
  /** Images that guests rest on, fetched when they are missing. */
  readonly images: BaseImages;
  /** Images that were made on this host. */
  readonly kept: ImageStore;
  readonly power: PowerSwitch;
  #profile: HostProfile | null = null;

  constructor(settings: LibvirtDriverSettings) {
    this.settings = settings;
    this.connections = new Connections(settings.uri);
    this.feed = new EventFeed(() => this.connections.open(), settings.log);
    this.agents = new GuestAgents(() => this.connections.open());
    this.kept = new DirectoryImageStore(join(settings.instancesDirectory, '_images'));
    this.images = new BaseImages(this.kept, settings.images, settings.imagePeers ?? null);
    this.power = new PowerSwitch(settings.powerCommands ?? {});
  }

  /** The host as `initHost` found it. */
  get profile(): HostProfile {
    if (this.#profile === null) throw new DriverError('CONFIGURATION_INVALID', 'initHost has to be called first');
    return this.#profile;
  }

  /** Finds out what the host is. The first answer stays: it is the identity of the node. Throws when libvirt does not answer now. */
  async discover(context: HostContext): Promise<void> {
    const options = { signal: context.permit.signal, deadlineMs: Math.max(1, context.remainingMs()) };
    const known = this.#profile;
    await this.connections.query(async (libvirt) => {
      if (known === null) this.#profile = await profileOf(libvirt, this.settings, options);
      else await libvirt.connectGetLibVersion(options);
    }, options);
  }

  /** Whether new instances are taken here. */
  get availability(): Availability {
    return new Availability(this.settings.instancesDirectory, this.profile.hostname);
  }

  /** `kept`: whether what another host has set aside on storage that both see counts as well. */
  directory(uuid: InstanceUuid, kept: 'own' | 'any' = 'own'): InstanceDirectory {
    const keeper = kept === 'any' ? null : (this.#profile?.capabilities.hostUuid ?? null);
    return new InstanceDirectory(this.settings.instancesDirectory, uuid, keeper);
  }

  /** With what an effect works on an instance: its own, or one of several that it names. */
  hands(context: EffectContext, instance: InstanceUuid = context.instance): Hands {
    return new Hands(this.connections, this.feed, context, instance);
  }

  async close(): Promise<void> {
    await Promise.all([this.feed.close(), this.agents.close(), this.connections.close()]);
  }
}
