/** `node order.ts SOCKET ORDER HOST`: an order to a lab, as a program that the coordinator runs. Exit 0 when it was carried out. */
import { sendOrder } from './control-socket.ts';
import { labOrders, type LabOrder } from './orders.ts';

const [socket = '', order = '', target = null] = process.argv.slice(2);
if (!Object.hasOwn(labOrders, order)) throw new Error(`unknown order "${order}"`);
try {
  process.stdout.write(`${await sendOrder(socket, order as LabOrder, target)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
