/** Killing a process at an exact point from outside: proxies that count its messages, a gate for its children. For tests alone. */
export {
  MessageProxy,
  type Message,
  type MessageListener,
  type Place,
  type Side,
  type Splitter,
} from './message-proxy.ts';
export { libvirtMessages } from './libvirt-messages.ts';
export { natsMessages } from './nats-messages.ts';
export { ChildGate, type GatedChild } from './child-gate.ts';
