export { NothingHappensError, SimulatedClock, type RunLimits } from './simulated-clock.ts';
export { SeededRandom } from './seeded-random.ts';
export {
  fault,
  faultChances,
  guestAct,
  guestActs,
  happening,
  order,
  outsideAct,
  type GuestAct,
  type Happening,
  type OrderGiven,
} from './arbitraries.ts';
