import type { ApiContext } from '../context.ts';
import type { Route } from '../route.ts';
import { eventRoutes } from './events.ts';
import { guestRoutes } from './guest.ts';
import { historyRoutes } from './history.ts';
import { hostRoutes } from './hosts.ts';
import { imageRoutes } from './images.ts';
import { instanceRoutes } from './instances.ts';
import { orderRoutes } from './orders.ts';
import { serviceRoutes } from './service.ts';

/** Every route of the API. */
export function routesOf(context: ApiContext): Route[] {
  const routes = [
    ...instanceRoutes(context),
    ...orderRoutes(context),
    ...historyRoutes(context),
    ...guestRoutes(context),
    ...hostRoutes(context),
    ...imageRoutes(context),
    ...eventRoutes(context),
  ];
  return [...routes, ...serviceRoutes(context, routes)];
}
