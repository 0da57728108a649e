// Reminders (督促) that wait for something: those after the newest answer, in the order of their time.
import type { Schema } from '../../api/api';

type Act = Pick<Schema<'ActView'>, 'kind' | 'at' | 'effect' | 'note'>;

export function openReminders<T extends Act>(timeline: readonly T[]): T[] {
  const ending = ['answer.released', 'inquiry.withdrawn', 'inquiry.returned'];
  const last = timeline.reduce((found, act, index) => (ending.includes(act.kind) ? index : found), -1);
  return timeline.slice(last + 1).filter((act) => act.kind === 'inquiry.reminded' && act.effect === 'APPLIED');
}
