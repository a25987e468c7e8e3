export { buildApi } from './api.ts';
export { tokenCheck, tokenFromFile } from './bearer-token.ts';
export type * from './ports.ts';
export { serveHttp, type HttpServer, type ServeOptions } from './serve.ts';
