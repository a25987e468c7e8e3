import type { Flavor, InstanceSpec } from '@chronovirt/contract';

/** What people see of a spec: no keys, no references to secrets. Kept serialised: it rarely changes and is sent often. */
export interface SpecSummary {
  readonly name: string;
  /** Inner part of a JSON object (no braces): `"flavor":{…},"image":{…},…`. */
  readonly json: string;
  /** Hashes of the images that the instance needs: what it is rebuilt from, what shelving made of its disk, and what its disk rests on. */
  readonly images: readonly string[];
  /** What it takes of a host. */
  readonly flavor: Flavor;
  /** Whether anything was sealed for it. */
  readonly hasSecrets: boolean;
}

export function summaryOf(spec: InstanceSpec): SpecSummary {
  const { name, flavor, image, shelved, restsOn, ports, metadata, sshKeys, secrets } = spec;
  const shown = {
    flavor,
    image,
    ports: ports.map(({ mac, network }) => ({ mac, network })),
    metadata,
    sshKeys: sshKeys.length,
    sealed: Object.keys(secrets).filter((key) => secrets[key as keyof typeof secrets] !== undefined),
  };
  return {
    name,
    json: JSON.stringify(shown).slice(1, -1),
    images: [image, shelved, restsOn].flatMap((each) => each?.sha256 ?? []),
    flavor,
    hasSecrets: shown.sealed.length > 0,
  };
}
