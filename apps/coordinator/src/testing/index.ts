export { SimulatedCloud, type CloudOptions } from './simulated-cloud.ts';
