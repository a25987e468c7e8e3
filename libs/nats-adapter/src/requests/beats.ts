/** Beats of hosts: `hb.<host>`. They are news, not history: one that is lost is followed by the next. Who judges liveness uses its own clock. */
import { beatSubject, hostReport, type HostReport } from '@chronovirt/contract';
import { checkPlace } from '@chronovirt/runtime';
import { coreOf } from '../connection/core.ts';
import type { NatsConnection } from '../connection/handle.ts';
import { parseBody } from './parse-body.ts';

/** Sends a beat; false when the link is down and it went nowhere. */
export function publishBeat(connection: NatsConnection, report: HostReport): boolean {
  const { client, link } = coreOf(connection);
  checkPlace(report.host);
  if (!link.up()) return false;
  client.publish(beatSubject(report.host), JSON.stringify(report));
  return true;
}

/** Calls `onReport` for each beat of any host. A beat that is none, or that speaks of another host, is logged and dropped. Returns the way to stop. */
export function watchBeats(connection: NatsConnection, onReport: (report: HostReport) => void): () => void {
  const { client, log } = coreOf(connection);
  const subscription = client.subscribe(beatSubject('*'), {
    callback: (error, msg) => {
      if (error) return log.error({ why: error.message }, 'beats cannot be heard');
      try {
        const report = parseBody(hostReport, msg.data, 'beat');
        if (beatSubject(report.host) !== msg.subject) throw new Error(`a beat of ${report.host} under ${msg.subject}`);
        onReport(report);
      } catch (failure) {
        log.warn({ subject: msg.subject, why: String(failure) }, 'beat dropped');
      }
    },
  });
  return () => subscription.unsubscribe();
}
