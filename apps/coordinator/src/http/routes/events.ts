import { z } from 'zod';
import { eventStream } from '../event-stream.ts';
import { DrainFeed } from '../drain-feed.ts';
import { instanceAt, type ApiContext } from '../context.ts';
import { parsePosition } from '../../read-model/position.ts';
import { route, type Route } from '../route.ts';
import { badInput, notFound } from './shared-docs.ts';

export function eventRoutes(context: ApiContext): Route[] {
  const feed = new DrainFeed(context);
  return [
    route({
      method: 'get',
      path: '/v1/events',
      operation: 'followEvents',
      tag: 'Events',
      summary: 'Every turn as it is stored, as server-sent events.',
      description:
        'The first event is `position`: where the stream begins. Each `turn` holds `{host, seq, message}`; its id is the position after it, so a reader that comes back with `Last-Event-ID` (or `since`) misses nothing and gets nothing twice. Without `instance` there come besides `host` (a stored turn of a host’s history) and `drain` (`{host, drain}`: how far a drain is, as `GET /v1/hosts/{host}` tells it; null when it was called off). The latter is not stored and has no id. A reader that falls too far behind is ended, and comes back the same way.',
      query: z.strictObject({
        instance: z.string().max(64).optional().describe('Only this instance, by UUID or by name.'),
        since: z.string().max(2_000).optional().describe('Begin after this position; without it, now.'),
      }),
      answers: { 200: { description: 'The stream.', type: 'text/event-stream' }, 400: badInput, 404: notFound },
      handle({ query, headers, signal }) {
        const from = headers.get('last-event-id') ?? query.since;
        const since =
          from === undefined || from === ''
            ? null
            : parsePosition(from, query.since === from ? 'since' : 'Last-Event-ID');
        const instance = query.instance === undefined ? null : instanceAt(context, query.instance).uuid;
        return eventStream(context, { since, instance, drains: instance === null ? feed : null, signal });
      },
    }),
  ];
}
