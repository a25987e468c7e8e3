/**
 * What an image says of the guests that are made from it, with Nova's names. A driver is told with the image (`imageMeta.properties`) and,
 * where a method is given the instance alone, with that: in its `systemMetadata` each is there as `image_<name>`, as in Nova.
 */
import { z } from 'zod';

/** Properties that something here goes by; an image with any other is not taken in, since nobody would heed it. */
export const imagePropertyNames = ['hw_qemu_guest_agent', 'os_require_quiesce', 'os_shutdown_timeout'] as const;

/** As stored. Names are not checked again: what a later version goes by is carried along. */
export const imageProperties = z
  .record(z.string().min(1).max(255), z.string().max(255))
  .refine((given) => Object.keys(given).length <= 64, 'expected at most 64 properties');
export type ImageProperties = z.infer<typeof imageProperties>;

const PREFIX = 'image_';

/** The properties as the instance's `systemMetadata` bears them. */
export const asSystemMetadata = (properties: ImageProperties = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(properties).map(([name, value]) => [`${PREFIX}${name}`, value]));

/** The properties of its image that an instance's `systemMetadata` bears. */
export const imagePropertiesIn = (systemMetadata: Readonly<Record<string, string>>): ImageProperties =>
  Object.fromEntries(
    Object.entries(systemMetadata).flatMap(([key, value]) =>
      key.startsWith(PREFIX) ? [[key.slice(PREFIX.length), value]] : [],
    ),
  );

/** How an image wants snapshots of its guests made. */
export interface QuiesceWish {
  /** `os_require_quiesce`: rather none than one whose file systems were not frozen. */
  readonly required: boolean;
  /** `hw_qemu_guest_agent`: an agent runs in the guest, which can freeze them. */
  readonly agentDeclared: boolean;
}

export function quiesceWish(systemMetadata: Readonly<Record<string, string>>): QuiesceWish {
  const { os_require_quiesce: required, hw_qemu_guest_agent: agent } = imagePropertiesIn(systemMetadata);
  return { required: isYes(required), agentDeclared: isYes(agent) };
}

/**
 * `os_shutdown_timeout`: seconds that such a guest gets to shut down before it is cut off, wherever nobody says it for the one time; null
 * when the image does not say.
 */
export function shutdownSeconds({ os_shutdown_timeout: text }: ImageProperties = {}): number | null {
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : null;
}

/** What Nova takes for true. */
const isYes = (value = ''): boolean => /^(?:1|t|true|on|y|yes)$/i.test(value.trim());
