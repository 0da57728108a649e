import { describe, expect, it } from 'vitest';
import { openReminders } from './reminders';

const act = (kind: string, note = '', effect: 'APPLIED' | 'ILLEGAL' = 'APPLIED') => ({ kind, at: '2026-11-29T10:00:00+09:00', effect, note });

describe('reminders that wait', () => {
  it('are those after the newest answer, return or withdrawal', () => {
    expect(openReminders([act('inquiry.dispatched')])).toEqual([]);
    expect(openReminders([act('inquiry.dispatched'), act('inquiry.reminded', 'one'), act('inquiry.reminded', 'two')]).map((one) => one.note)).toEqual(
      ['one', 'two'],
    );
    for (const end of ['answer.released', 'inquiry.returned', 'inquiry.withdrawn']) {
      expect(openReminders([act('inquiry.reminded', 'one'), act(end)])).toEqual([]);
      expect(openReminders([act('inquiry.reminded', 'one'), act(end), act('inquiry.reminded', 'again')]).map((one) => one.note)).toEqual(['again']);
    }
  });
  it('are not those without effect', () => {
    expect(openReminders([act('inquiry.reminded', 'one', 'ILLEGAL')])).toEqual([]);
  });
});
