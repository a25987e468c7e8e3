import { createServer } from 'node:net';

/** Makes sure that the API can listen on its port; 0 always can. Throws with the option and what to do. */
export async function checkPort(port: number): Promise<void> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be listened on (${code})`;
    throw new Error(`--port: ${port} on 127.0.0.1 ${why}; choose another: npm start -- --port 0 takes any free one`, {
      cause: error,
    });
  }
  await new Promise((resolve) => {
    server.close(resolve);
  });
}
