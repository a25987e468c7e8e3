import { MESSAGE_VERSION, STATE_VERSION } from '@chronovirt/contract';
import { MACHINE_VERSION } from '@chronovirt/machines';
import { z } from 'zod';
import manifest from '../../../package.json' with { type: 'json' };
import { formatPosition } from '../../read-model/position.ts';
import type { ApiContext } from '../context.ts';
import { openApiDocument } from '../openapi-document.ts';
import { json, route, type Route } from '../route.ts';

/** Routes about the service itself; `others` are what the document tells of besides. */
export function serviceRoutes(context: ApiContext, others: readonly Route[]): Route[] {
  let document: object | null = null;
  const routes: Route[] = [
    route({
      method: 'get',
      path: '/openapi.json',
      operation: 'openApi',
      tag: 'Service',
      summary: 'This document.',
      isOpen: true,
      answers: { 200: { description: 'An OpenAPI 3.1 document.', schema: z.json() } },
      handle: () => json((document ??= openApiDocument([...others, ...routes], manifest.version))),
    }),
    route({
      method: 'get',
      path: '/healthz',
      operation: 'health',
      tag: 'Service',
      summary: 'Whether the API serves and reaches the journal.',
      isOpen: true,
      answers: {
        200: { description: 'It does.', schema: z.object({ ok: z.boolean(), journal: z.string() }) },
        503: { description: 'The journal is away: lists and shows still answer from memory, commands wait.' },
      },
      handle() {
        const up = context.journal.link.up();
        return json({ ok: up, journal: up ? 'up' : 'away' }, up ? 200 : 503);
      },
    }),
    route({
      method: 'get',
      path: '/version',
      operation: 'version',
      tag: 'Service',
      summary: 'What runs here, and how far it has read.',
      answers: { 200: { description: 'The versions.', schema: z.json() } },
      handle: () =>
        json({
          version: manifest.version,
          node: process.version,
          machine: MACHINE_VERSION,
          message: MESSAGE_VERSION,
          state: STATE_VERSION,
          instances: context.model.size,
          position: formatPosition(context.model.position),
        }),
    }),
  ];
  return routes;
}
