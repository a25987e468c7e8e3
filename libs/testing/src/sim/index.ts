export { NothingHappensError, SimulatedClock, type RunLimits } from './simulated-clock.ts';
export { SeededRandom } from './seeded-random.ts';
