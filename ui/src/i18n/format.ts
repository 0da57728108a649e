// Time and numbers as an office writes them. All times are shown in Japan time, whatever the device's zone.
import { type Language, language } from './index';

const kZone = 'Asia/Tokyo';
const kMinute = 60_000;
const kHour = 60 * kMinute;
const kDay = 24 * kHour;

function parts(at: Date, tag: Language, options: Intl.DateTimeFormatOptions): Record<string, string> {
  const formatted = new Intl.DateTimeFormat(tag === 'ja' ? 'ja-JP' : 'en-GB', { timeZone: kZone, ...options }).formatToParts(at);
  return Object.fromEntries(formatted.map((part) => [part.type, part.value]));
}

const kDate: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'numeric', day: 'numeric', weekday: 'short' };
const kClock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

// 2026年11月21日(土) / Sat 21 Nov 2026
export function formatDate(at: Date, tag: Language = language()): string {
  if (tag === 'ja') {
    const p = parts(at, 'ja', kDate);
    return `${p.year}年${p.month}月${p.day}日(${p.weekday})`;
  }
  const p = parts(at, 'en', { ...kDate, month: 'short' });
  return `${p.weekday} ${p.day} ${p.month} ${p.year}`;
}

// 2026年11月21日(土) 14:05
export function formatDateTime(at: Date, tag: Language = language()): string {
  const p = parts(at, tag, kClock);
  return `${formatDate(at, tag)} ${p.hour}:${p.minute}`;
}

// 11月21日(土), for dense tables within the year in sight
export function formatDayShort(at: Date, tag: Language = language()): string {
  const p = parts(at, tag, { ...kDate, month: tag === 'ja' ? 'numeric' : 'short' });
  return tag === 'ja' ? `${p.month}月${p.day}日(${p.weekday})` : `${p.weekday} ${p.day} ${p.month}`;
}

// 令和8年11月21日: on paper only, always Japanese
export function formatEra(at: Date): string {
  const p = Object.fromEntries(
    new Intl.DateTimeFormat('ja-JP-u-ca-japanese', { timeZone: kZone, era: 'long', year: 'numeric', month: 'numeric', day: 'numeric' })
      .formatToParts(at)
      .map((part) => [part.type, part.value]),
  );
  const year = p.year === '1' ? '元' : p.year;
  return `${p.era}${year}年${p.month}月${p.day}日`;
}

// Days between two instants as the calendar in Japan counts them.
export function calendarDays(from: Date, to: Date): number {
  const day = (at: Date) => Math.floor((at.getTime() + 9 * kHour) / kDay);
  return day(to) - day(from);
}

// 3日前, 2時間後, たった今; 11 min. ago. Beyond two months the day itself.
export function formatRelative(at: Date, now: Date, tag: Language = language()): string {
  const difference = at.getTime() - now.getTime();
  const size = Math.abs(difference);
  const relative = new Intl.RelativeTimeFormat(tag === 'ja' ? 'ja-JP' : 'en-GB', { numeric: 'always', style: 'short' });
  const whole = (unit: number) => Math.trunc(difference / unit);
  const clean = (text: string) => text.replace(/\s(?=[^\x20-\x7e])|(?<=\d)\s(?=[^\x20-\x7e])/g, '');
  if (size < kMinute) return tag === 'ja' ? 'たった今' : 'just now';
  if (size < kHour) return clean(relative.format(whole(kMinute), 'minute'));
  if (size < kDay) return clean(relative.format(whole(kHour), 'hour'));
  const days = calendarDays(now, at);
  if (Math.abs(days) < 60) return clean(relative.format(days, 'day'));
  return formatDate(at, tag);
}

export function formatNumber(value: number, tag: Language = language()): string {
  return new Intl.NumberFormat(tag === 'ja' ? 'ja-JP' : 'en-GB').format(value);
}

const kUnits = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

export function formatBytes(bytes: number, tag: Language = language()): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < kUnits.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${new Intl.NumberFormat(tag === 'ja' ? 'ja-JP' : 'en-GB', { maximumFractionDigits: digits }).format(value)} ${kUnits[unit]}`;
}
