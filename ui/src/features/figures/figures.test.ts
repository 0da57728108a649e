import { describe, expect, it } from 'vitest';
import { inDays, monthName, recentHalves, recentMonths, spanText } from './parts';

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
    expect(inDays(86_400 * 1.26)).toBe(1.3);
    expect(inDays(undefined)).toBe(0);
  });
});
