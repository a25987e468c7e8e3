/** The OpenAPI document, made from the routes and from the contract's own schemas. */
import { openApiComponents } from '@chronovirt/contract';
import { z } from 'zod';
import type { AnswerDoc, Route } from './route.ts';

const problemSchema = {
  type: 'object',
  description: 'RFC 9457 problem details.',
  required: ['title', 'status', 'code', 'detail', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable; made for programs.' },
    detail: { type: 'string', description: 'For a person: what is the matter, and what to do.' },
    field: { type: 'string', description: 'The part of the input that is to blame.' },
    guard: { type: 'string', description: 'Refusals: the guard.' },
    path: {
      type: ['array', 'null'],
      items: { type: 'string' },
      description: 'Refusals: the shortest legal path of commands.',
    },
    host: { type: 'string' },
    seq: { type: 'integer' },
    requestId: { type: 'string' },
  },
} as const;

/** Builds the document. */
export function openApiDocument(routes: readonly Route[], version: string): object {
  const { schemas } = openApiComponents();
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method] = operationOf(route);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Chronovirt',
      version,
      description:
        'Virtual machines with a durable history. Accepted means stored: an answer to a command rests on a message in the journal.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ token: [] }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { ...schemas, Problem: problemSchema },
    },
  };
}

function operationOf(route: Route): object {
  const { operation, tag, summary, description, isOpen } = route;
  const body = bodyOf(route);
  return {
    operationId: operation,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(isOpen === true ? { security: [] } : {}),
    parameters: [...pathParameters(route), ...queryParameters(route), ...headerParameters(route)],
    ...(body === null ? {} : { requestBody: body }),
    responses: {
      ...Object.fromEntries(Object.entries(route.answers).map(([status, doc]) => [status, answerOf(doc)])),
      ...(isOpen === true
        ? {}
        : { 401: answerOf({ description: 'No valid token.', schema: 'Problem', type: 'application/problem+json' }) }),
    },
  };
}

function pathParameters({ path }: Route): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    description: name === 'instance' ? 'UUID or name.' : 'SHA-256 or name.',
    schema: { type: 'string' },
  }));
}

function queryParameters({ query }: Route): object[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(query) as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function headerParameters({ method, isOpen }: Route): object[] {
  if (method === 'get' || isOpen === true) return [];
  return [
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'Id of this order; sent again, it gets the same answer.',
      schema: { type: 'string', maxLength: 100 },
    },
    {
      name: 'Chronovirt-User',
      in: 'header',
      required: false,
      description: 'Who orders it, as the history will say. The token is the authority, not this.',
      schema: { type: 'string', maxLength: 100 },
    },
  ];
}

function bodyOf({ body, takesStream }: Route): object | null {
  if (takesStream === true)
    return {
      required: true,
      content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
    };
  return body === undefined ? null : { required: true, content: { 'application/json': { schema: schemaOf(body) } } };
}

function answerOf({ description, schema, type = 'application/json' }: AnswerDoc): object {
  if (schema === undefined)
    return type === 'application/json' ? { description } : { description, content: { [type]: {} } };
  const shown = typeof schema === 'string' ? { $ref: `#/components/schemas/${schema}` } : schemaOf(schema, 'output');
  return { description, content: { [type]: { schema: shown } } };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'input'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Record<string, unknown>;
  return rest;
}
