/** A receiver as a process of its own: `node receiver.ts DIRECTORY PORT`. Says its port when it listens. */
import { serviceIn } from './peer-lab.ts';

const [directory = '', port = '0'] = process.argv.slice(2);
const { service } = await serviceIn(directory, { port: Number(port) });
console.log(service.port);
