import { describe, expect, it } from 'vitest';
import { inUnit, monthName, recentHalves, recentMonths, spanText, withoutIdleStart } from './parts';

describe('periods to choose from', () => {
  it('goes back over the turn of the year', () => {
    expect(recentMonths(4, '2026-02-10')).toEqual(['2026-02', '2026-01', '2025-12', '2025-11']);
    expect(recentMonths(2, '2026-12-31')).toEqual(['2026-12', '2026-11']);
    expect(recentHalves(4, '2026-06-30')).toEqual(['2026-H1', '2025-H2', '2025-H1', '2024-H2']);
    expect(recentHalves(2, '2026-07-01')).toEqual(['2026-H2', '2026-H1']);
  });
  it('names months in both languages', () => {
    expect(monthName('2026-11', 'ja')).toBe('2026年11月');
    expect(monthName('2026-01', 'en')).toBe('January 2026');
  });
});

describe('spans of time', () => {
  it('says the largest unit that says enough', () => {
    expect(spanText(0, 'ja')).toBe('0分');
    expect(spanText(3599, 'ja')).toBe('60分');
    expect(spanText(3600, 'ja')).toBe('1時間');
    expect(spanText(19_800, 'en')).toBe('5.5 h');
    expect(spanText(86_400 * 3.25, 'ja')).toBe('3.3日');
    expect(spanText(undefined, 'ja')).toBe('―');
  });
  it('is drawn in the unit asked for, and not at all where nothing was measured', () => {
    expect(inUnit(86_400 * 1.26, 86_400)).toBe(1.3);
    expect(inUnit(5400, 3600)).toBe(1.5);
    expect(inUnit(undefined, 3600)).toBeNull();
  });
});

describe('months of a chart', () => {
  const months = (...counts: number[]) => counts.map((inquiries) => ({ inquiries }));
  it('begin with the first inquiry, half a year at least', () => {
    expect(withoutIdleStart(months(0, 0, 0, 0, 0, 0, 0, 0, 0, 3))).toHaveLength(6);
    expect(withoutIdleStart(months(0, 4, 0, 0, 0, 0, 0, 0, 0, 3))).toHaveLength(9);
    expect(withoutIdleStart(months(0, 0, 3))).toHaveLength(3);
    expect(withoutIdleStart(months(0, 0))).toHaveLength(2);
  });
});
