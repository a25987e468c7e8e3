/** The HTTP application: routes, tokens, request ids, errors. */
import { randomUUID } from 'node:crypto';
import { commandId, type By } from '@chronovirt/contract';
import { Hono, type Context } from 'hono';
import type { TokenCheck } from './bearer-token.ts';
import type { ApiContext } from './context.ts';
import { readJson } from './json-body.ts';
import { invalid, Problem, problemResponse, toProblem } from './problem.ts';
import type { Route } from './route.ts';
import { routesOf } from './routes/index.ts';

/** Builds the application. Every request but those for open routes must bear the token. */
export function buildApi(context: ApiContext, hasToken: TokenCheck): Hono {
  const app = new Hono();
  const routes = routesOf(context);
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    app.on(route.method.toUpperCase(), path, (c) => answer(context, hasToken, route, c));
  }
  app.notFound((c) => notAnswered(routes, c));
  return app;
}

/** Nothing has the path, or what has it takes other methods, which are named. */
function notAnswered(routes: readonly Route[], c: Context): Response {
  const { method, path } = c.req;
  const shown = path.slice(0, 200);
  const allowed = methodsAt(routes, path);
  const problem =
    allowed.length === 0
      ? new Problem(404, 'NO_SUCH_ROUTE', `nothing answers ${method} ${shown}; /openapi.json lists what does`)
      : new Problem(405, 'METHOD_NOT_ALLOWED', `${shown} takes ${allowed.join(', ')}, not ${method}`);
  const response = problemResponse(problem, requestIdOf(c));
  if (allowed.length > 0) response.headers.set('allow', allowed.join(', '));
  return response;
}

function methodsAt(routes: readonly Route[], path: string): string[] {
  const isAt = (route: Route): boolean =>
    new RegExp(`^${route.path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
  const methods = routes.filter(isAt).map(({ method }) => method.toUpperCase());
  // Whoever answers GET answers HEAD.
  return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].toSorted();
}

async function answer(context: ApiContext, hasToken: TokenCheck, route: Route, c: Context): Promise<Response> {
  const requestId = requestIdOf(c);
  const began = performance.now();
  let response: Response;
  try {
    if (route.isOpen !== true && !hasToken(c.req.header('authorization') ?? null)) {
      throw new Problem(401, 'NO_TOKEN', 'show the token of this API: Authorization: Bearer <token>');
    }
    response = await route.handle(await inputOf(context, route, c, requestId));
    response.headers.set('x-request-id', requestId);
  } catch (error) {
    response = problemResponse(toProblem(error, context.log, requestId), requestId);
  }
  const ms = Math.round((performance.now() - began) * 10) / 10;
  context.log.debug({ requestId, operation: route.operation, status: response.status, ms }, 'request answered');
  return response;
}

async function inputOf(
  context: ApiContext,
  route: Route,
  c: Context,
  requestId: string,
): Promise<Parameters<Route['handle']>[0]> {
  const query = route.query?.safeParse(c.req.query());
  if (query?.success === false) throw invalid('query', query.error);
  let body: unknown;
  if (route.body !== undefined) {
    const parsed = route.body.safeParse(await readJson(c.req.raw, context.config.maxBodyBytes));
    if (!parsed.success) throw invalid('body', parsed.error);
    body = parsed.data;
  }
  return {
    params: c.req.param() as Record<string, string>,
    query: query?.data,
    body,
    by: byOf(c.req.header('chronovirt-user')),
    requestId,
    idempotencyKey: idempotencyKeyOf(c.req.header('idempotency-key')),
    headers: c.req.raw.headers,
    stream: c.req.raw.body,
    signal: c.req.raw.signal,
  };
}

/** The token is the authority; the name beside it is what its bearer says, kept for the history. */
function byOf(name: string | undefined): By {
  const given = (name ?? '').trim();
  if (given !== '' && !/^[\w.@+-]{1,100}$/.test(given)) {
    throw new Problem(400, 'INVALID_INPUT', 'Chronovirt-User: expected 1-100 of letters, digits and _ . @ + -', {
      field: 'Chronovirt-User',
    });
  }
  return { kind: 'user', name: given === '' ? 'api' : given };
}

function idempotencyKeyOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  const parsed = commandId.safeParse(text);
  if (!parsed.success) throw invalid('Idempotency-Key', parsed.error);
  return parsed.data;
}

const ids = new WeakMap<Request, string>();

/** The caller's id of a request if it is a decent one, else a new one. */
function requestIdOf(c: Context): string {
  const known = ids.get(c.req.raw);
  if (known !== undefined) return known;
  const given = c.req.header('x-request-id') ?? '';
  const id = /^[\w.-]{1,100}$/.test(given) ? given : randomUUID();
  ids.set(c.req.raw, id);
  return id;
}
