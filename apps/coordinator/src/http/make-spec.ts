/** From what a person says to the spec that the history keeps: names resolved, addresses fixed, secrets sealed. */
import { createHash, randomUUID } from 'node:crypto';
import type { InstanceSpec, InstanceUuid, Port } from '@chronovirt/contract';
import { findImage, refOf } from '../images/find-image.ts';
import { checkRootDisk, chooseFlavor } from './choose-flavor.ts';
import type { ApiContext } from './context.ts';
import type { CreateBody } from './create-body.ts';

/** The UUID of an instance that is made under a caller's key: the same key is the same instance, whenever it is sent. */
export function uuidOfKey(key: string): InstanceUuid {
  const hex = createHash('sha256').update(`instance ${key}`).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}` as InstanceUuid;
}

/**
 * Everything of a spec but its secrets. Throws `INVALID_INPUT` naming the field. The image is looked up last, so that whoever has one to send
 * hears what else is wrong before sending it.
 */
export async function makePlainSpec(context: ApiContext, uuid: InstanceUuid, body: CreateBody): Promise<InstanceSpec> {
  const { config, images } = context;
  const flavor = chooseFlavor(body.flavor ?? config.defaultFlavor, config.flavors);
  const image = refOf(await findImage(images, body.image, 'image'));
  checkRootDisk(flavor, image);
  const networks = body.networks ?? [{ network: config.defaultNetwork }];
  const ports = networks.map((network): Port => ({
    id: randomUUID(),
    mac: newMac(),
    network:
      'bridge' in network ? { kind: 'bridge', name: network.bridge } : { kind: 'network', name: network.network },
  }));
  return {
    uuid,
    name: body.name,
    flavor,
    image,
    ports,
    sshKeys: body.sshKeys,
    metadata: body.metadata,
    key: null,
    secrets: {},
  };
}

/** Seals the secrets of a body and puts their references into the spec. */
export async function withSecrets(
  { secrets }: ApiContext,
  spec: InstanceSpec,
  body: CreateBody,
): Promise<InstanceSpec> {
  const { userData, adminPassword, injectedFiles } = body;
  if (userData === undefined && adminPassword === undefined && injectedFiles.length === 0) return spec;
  const key = await secrets.newKey();
  const seal = (name: string, plain: Uint8Array) => secrets.seal(key, spec.uuid, name, plain);
  const sealed: InstanceSpec['secrets'] = {};
  if (userData !== undefined) sealed.userData = await seal('userData', Buffer.from(userData, 'base64'));
  if (adminPassword !== undefined) sealed.adminPassword = await seal('adminPassword', Buffer.from(adminPassword));
  if (injectedFiles.length > 0) {
    const files = injectedFiles.map(({ path, content }) => [path, content]);
    sealed.injectedFiles = await seal('injectedFiles', Buffer.from(JSON.stringify(files)));
  }
  return { ...spec, key, secrets: sealed };
}

/** A locally administered address under libvirt's usual first bytes; 32 bits of chance keep two instances apart. */
function newMac(): string {
  const [a, b, c, d] = crypto.getRandomValues(new Uint8Array(4));
  return [0x52, 0x54, a, b, c, d].map((byte) => (byte ?? 0).toString(16).padStart(2, '0')).join(':');
}
