/**
 * Node's HTTP without what else its module holds. An `import` of it reads every export, and those that are made when first read (the
 * WebSocket among them) load another HTTP client: 13 MiB and some 30 ms in each start of an agent.
 */
export const { createServer, request } = process.getBuiltinModule('node:http');
