export { Fate } from './fate.ts';
