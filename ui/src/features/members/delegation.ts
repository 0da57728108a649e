// The times of a delegation, from the days that are chosen: whole days of Japan, the last one included. Nobody becomes a delegate afterwards, so that
// one that begins today begins now.
import { addDays, today } from '../matters/words';

const kJapan = 9 * 3_600_000; // ms before UTC

export function delegationTimes(from: string, until: string, now: Date): { from: string; until: string } {
  const clock = new Date(now.getTime() + kJapan).toISOString();
  return {
    from: from === today(now) ? `${clock.slice(0, 19)}+09:00` : `${from}T00:00:00+09:00`,
    until: `${addDays(until, 1)}T00:00:00+09:00`,
  };
}
