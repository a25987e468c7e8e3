import { imageFormat, imageProperties, InvalidInputError } from '@chronovirt/contract';
import { z } from 'zod';
import { ImageReceiver } from '../../images/receive-image.ts';
import { findImage } from '../../images/find-image.ts';
import type { ApiContext } from '../context.ts';
import { Problem } from '../problem.ts';
import { flag, json, route, type Route } from '../route.ts';
import { badInput, problem } from './shared-docs.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits in lower case');
const record = z.object({
  sha256: z.string(),
  name: z.string(),
  format: imageFormat,
  bytes: z.int().describe('Size of the file.'),
  virtualBytes: z.int().describe('Size of the disk that a guest sees.'),
  uploaded: z.int().describe('Milliseconds since 1970.'),
  by: z.string(),
  madeFor: z
    .array(z.string())
    .optional()
    .describe('The instances that the system made it for, as a backup or for the shelf: it goes when none needs it.'),
  properties: imageProperties.optional().describe('What it says of the guests that are made from it.'),
});
/** As long as an order may give a guest. */
const MOST_SHUTDOWN_SECONDS = 3600;
const yesOrNo = z.enum(['yes', 'no']).optional();
/** Nova's image properties that something here goes by; any other is an unknown part of the query. */
const properties = {
  hw_qemu_guest_agent: yesOrNo.describe("Property: QEMU's guest agent runs in the guests that are made from it."),
  os_require_quiesce: yesOrNo.describe(
    'Property: a snapshot of such a guest fails when the agent cannot freeze its file systems, rather than being one as after a loss of power. Needs hw_qemu_guest_agent.',
  ),
  os_shutdown_timeout: z.coerce
    .number()
    .int()
    .min(0)
    .max(MOST_SHUTDOWN_SECONDS)
    .optional()
    .describe(
      'Property: seconds that such a guest gets to shut down before it is cut off, where an order does not say it; 60 when the image does not say.',
    ),
};

export function imageRoutes(context: ApiContext): Route[] {
  const receiver = new ImageReceiver(context);
  return [
    route({
      method: 'get',
      path: '/v1/images',
      operation: 'listImages',
      tag: 'Images',
      summary: 'The images in the store.',
      answers: { 200: { description: 'The images, in order of name.', schema: z.object({ images: z.array(record) }) } },
      async handle() {
        const images = (await context.images.list()).toSorted((a, b) =>
          a.name < b.name ? -1 : a.name > b.name ? 1 : a.uploaded - b.uploaded,
        );
        return json({ images });
      },
    }),
    route({
      method: 'get',
      path: '/v1/images/{image}',
      operation: 'showImage',
      tag: 'Images',
      summary: 'One image, by SHA-256 or by name.',
      answers: { 200: { description: 'The image.', schema: record }, 404: problem('No such image.') },
      async handle({ params }) {
        return json(await found(context, params['image']));
      },
    }),
    route({
      method: 'post',
      path: '/v1/images',
      operation: 'uploadImage',
      tag: 'Images',
      summary: 'Takes an image in: qcow2 or raw, as a stream of bytes.',
      description:
        'The format is read from the content, once, and recorded. Refused, with the reason and what to do: backing files, external data files, encryption, unknown features, damaged files, other formats, archives and what is compressed, pages of the web; and what neither is qcow2 nor looks like a raw disk (boot sector, partition table, file system), unless `format` says raw. The image is in the store complete or not at all.',
      query: z.strictObject({
        name: z.string().min(1).max(255).describe('The name for people.'),
        format: imageFormat.optional().describe('What the caller says it is; another content is refused.'),
        sha256: sha256.optional().describe('What the caller says it hashes to; another content is refused.'),
        ...properties,
      }),
      takesStream: true,
      answers: {
        200: { description: 'The content was there already.', schema: record },
        201: { description: 'Taken in.', schema: record },
        400: badInput,
        409: problem('The content was there already, with other properties.'),
        413: problem('Larger than is taken here.'),
        507: problem('No room for it.'),
      },
      async handle({ query, stream, by, signal }) {
        if (stream === null)
          throw new Problem(400, 'INVALID_INPUT', 'body: expected the bytes of the image', { field: 'body' });
        const {
          hw_qemu_guest_agent: agent,
          os_require_quiesce: quiesce,
          os_shutdown_timeout: shutdown,
          ...upload
        } = query;
        if (quiesce === 'yes' && agent !== 'yes')
          throw new InvalidInputError(
            'os_require_quiesce',
            'needs hw_qemu_guest_agent=yes: without an agent in the guest no snapshot would ever be made',
          );
        const given = {
          ...(agent !== undefined && { hw_qemu_guest_agent: agent }),
          ...(quiesce !== undefined && { os_require_quiesce: quiesce }),
          ...(shutdown !== undefined && { os_shutdown_timeout: String(shutdown) }),
        };
        const { image, isNew } = await receiver.receive(stream, { ...upload, properties: given, by: by.name }, signal);
        return json(image, isNew ? 201 : 200, { location: `/v1/images/${image.sha256}` });
      },
    }),
    route({
      method: 'delete',
      path: '/v1/images/{image}',
      operation: 'deleteImage',
      tag: 'Images',
      summary: 'Removes an image from the store.',
      query: z.strictObject({
        force: flag.describe(
          'Also while instances are made from it; they could not be rebuilt, nor started on another host.',
        ),
      }),
      answers: {
        200: { description: 'Removed.', schema: record },
        404: problem('No such image.'),
        409: problem('Instances are made from it.'),
      },
      async handle({ params, query }) {
        const image = await found(context, params['image']);
        const users = [...context.model.entries()].filter(
          (entry) => !entry.isDeleted && entry.segment?.spec?.images.includes(image.sha256),
        );
        if (users.length > 0 && query.force !== true) {
          const names = users.slice(0, 5).map((entry) => entry.name ?? entry.uuid);
          throw new Problem(
            409,
            'IN_USE',
            `${users.length === 1 ? '1 instance is' : `${users.length} instances are`} made from ${image.name}: ${names.join(', ')}${users.length > 5 ? ', …' : ''}`,
            { guard: 'imageUnused', path: null },
          );
        }
        if (!(await context.images.remove(image.sha256)))
          throw new Problem(404, 'IMAGE_NOT_FOUND', `${image.name} is not in the store any more`);
        return json(image);
      },
    }),
    route({
      method: 'get',
      path: '/v1/flavors',
      operation: 'listFlavors',
      tag: 'Images',
      summary: 'The sizes that can be asked for by name.',
      answers: {
        200: { description: 'The flavors.', schema: z.object({ flavors: z.array(z.json()), default: z.string() }) },
      },
      handle: () => json({ flavors: context.config.flavors, default: context.config.defaultFlavor }),
    }),
  ];
}

async function found({ images }: ApiContext, ref = '') {
  try {
    return await findImage(images, ref, 'image');
  } catch (error) {
    const ambiguous = error instanceof Error && error.message.includes('images are called');
    if (ambiguous || !(error instanceof Error && 'field' in error)) throw error;
    throw new Problem(404, 'IMAGE_NOT_FOUND', error.message.replace(/^image: /, ''), { field: 'image' });
  }
}
