/** What is recorded of a host, in a person's words. */
import type { HostShown } from '../api/types.ts';
import { inKebab, inWords } from '../parse/words.ts';

type Data = Readonly<Record<string, unknown>>;

/** What goes on or holds, by part and state. */
const states: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  reach: {
    reachable: 'its agent reports, and may run guests',
    lost: 'its agent does not report; that proves nothing',
    barred: 'its term is over, and nothing proves that its guests are gone',
    fenced: 'it is proved that no guest runs there',
    forgotten: 'it is given up for ever',
    'fencing.endTerm': 'its term is being ended: an agent that reads that starts nothing more',
    'fencing.fence': 'the fence command turns its power off',
    'fencing.outwait': 'its watchdog is being waited out',
    'fencing.standDown': 'its agent stops its guests',
    'admitting.giveTerm': 'it is given its next term',
    'forgetting.fenceInstances': 'what it held is being fenced',
  },
  service: {
    enabled: 'new instances may come',
    disabled: 'no new instances come',
    'enabling.setHostEnabled': 'its driver is told that new instances may come',
    'disabling.setHostEnabled': 'its driver is told that no new instances come',
  },
  maintenance: {
    none: 'it is in use',
    drained: 'not all instances could leave',
    inMaintenance: 'it is empty, and out of use',
    'draining.drain': 'its instances move away',
    'entering.hostMaintenanceMode': 'it is empty; its driver is told that the maintenance begins',
    'leaving.hostMaintenanceMode': 'its driver is told that the maintenance is over',
  },
  power: {
    none: 'no power action was ordered',
    done: 'the power action is carried out',
    failed: 'the power action failed',
    unknown: 'whether the power action took place is not known',
    'acting.hostPowerAction': 'the power action runs',
  },
};

/** A state of a part of a host; as it is recorded where there are no words for it. */
export const hostStateText = (part: string, value: string): string => states[part]?.[value] ?? value;

const proofs: Readonly<Record<string, string>> = {
  fenceCommand: 'the fence command ended with success',
  newBoot: 'it has booted since, and found its term over',
  stoodDown: 'its agent has stopped every guest, and sees none',
  watchdog: 'its watchdog has had the time to end every guest',
  operator: 'a person says so',
};

/** `the fence command ended with success: host-a has no power` */
export function proofText(proof: NonNullable<HostShown['proof']>): string {
  const text = proofs[proof.kind] ?? proof.kind;
  const said = [proof['name'], proof['statement'], proof['said']].filter(
    (one) => typeof one === 'string' && one !== '',
  );
  return said.length === 0 ? text : `${text}: ${said.join(': ')}`;
}

/** What happened, where the event's own name does not say it. */
const events: Readonly<Record<string, (data: Data) => string>> = {
  heard: () => 'its agent reports',
  lost: () => 'its agent does not report any more',
  proved: () => 'no guest runs there any more',
  contradicted: () => 'it reports what the proof rules out',
  alarmed: () => 'it needs a person',
  acknowledged: () => 'a person has looked at its alarm',
  refused: ({ name }) => `refused ${inKebab(typeof name === 'string' ? name : 'an order')}`,
  'maintenance.ended': () => 'maintenance off',
  'drain.done': ({ isEmpty }) => (isEmpty === true ? 'all instances have left' : 'what could leave has left'),
  'setHostEnabled.requested': ({ enabled }) => (enabled === true ? 'enable' : 'disable'),
  'setHostEnabled.done': () => 'its driver knows',
  'hostMaintenanceMode.done': () => 'its driver knows',
  'hostPowerAction.requested': ({ action }) => `power ${String(action ?? '')}`.trimEnd(),
  'endTerm.done': () => 'its term is over',
  'fence.done': () => 'the fence command ended with success',
  'outwait.done': () => 'its watchdog was waited out',
  'standDown.done': () => 'its agent has stopped its guests',
  'giveTerm.requested': () => 'admit',
  'giveTerm.done': () => 'it has its next term',
  'fenceInstances.done': () => 'what it held is fenced',
};

/** What happened to a host, in a few words. */
export function hostEventText(type: string, data: Data = {}): string {
  const own = events[type];
  if (own !== undefined) return own(data);
  const [subject = type, what] = type.split('.');
  if (what === 'requested') return inWords(subject);
  if (what === 'timedOut') return `${inWords(subject)} took too long`;
  return inWords(type.replace('.', ' '));
}
