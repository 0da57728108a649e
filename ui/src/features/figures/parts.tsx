// What the pages of figures share: links to paper and tables, months to choose from, spans of time in words, tiles with a number.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon, type IconName } from '../../components';
import { i18n, type Language, language } from '../../i18n';
import { today } from '../matters/words';

// A file of the server in its own tab. Looks like the quiet button it stands beside.
export function FileLink({ href, icon = 'file', children }: { href: string; icon?: IconName; children: string }) {
  const { t } = useTranslation();
  return (
    <a
      href={href}
      target="_blank"
      rel="noreferrer"
      className="text-oln-14B-100 leading-130 inline-flex min-h-9 items-center justify-center gap-2 rounded-6 border border-accent bg-white px-3 py-1.5 text-accent hover:bg-accent-soft hover:underline"
    >
      <Icon name={icon} />
      {children}
      <span className="sr-only">{t('figures.newTab')}</span>
    </a>
  );
}

// The present month and the ones before it, newest first: 2026-11, 2026-10 …
export function recentMonths(count: number, from: string = today()): string[] {
  const year = Number(from.slice(0, 4));
  const month = Number(from.slice(5, 7));
  return Array.from({ length: count }, (_, back) => {
    const index = year * 12 + (month - 1) - back;
    return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
  });
}

export function recentHalves(count: number, from: string = today()): string[] {
  const index = Number(from.slice(0, 4)) * 2 + (Number(from.slice(5, 7)) > 6 ? 1 : 0);
  return Array.from({ length: count }, (_, back) => `${Math.floor((index - back) / 2)}-H${((index - back) % 2) + 1}`);
}

export function monthName(month: string, tag: Language = language()): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  if (tag === 'ja') return `${year}年${number}月`;
  const name = new Intl.DateTimeFormat('en-GB', { month: 'long', timeZone: 'UTC' }).format(new Date(Date.UTC(year, number - 1, 1)));
  return `${name} ${year}`;
}

// The largest unit that says enough: 40分, 5.5時間, 3.2日.
export function spanText(seconds: number | undefined, tag: Language = language()): string {
  if (seconds === undefined) return '―';
  const say = i18n.getFixedT(tag);
  const number = (value: number) => new Intl.NumberFormat(tag === 'ja' ? 'ja-JP' : 'en-GB', { maximumFractionDigits: 1 }).format(value);
  if (seconds < 3600) return say('figures.minutes', { n: number(Math.round(seconds / 60)) });
  if (seconds < 86_400) return say('figures.hours', { n: number(seconds / 3600) });
  return say('figures.days', { n: number(seconds / 86_400) });
}

// Of a duration in seconds, to one decimal; null where nothing was measured.
export const inUnit = (seconds: number | undefined, unit: number): number | null =>
  seconds === undefined ? null : Math.round((seconds / unit) * 10) / 10;

const kMonthsAtLeast = 6;

// Empty months before the first inquiry say nothing; half a year remains, so that a picture keeps its shape.
export function withoutIdleStart<Month extends { inquiries: number }>(months: readonly Month[]): readonly Month[] {
  const first = months.findIndex((month) => month.inquiries > 0);
  return months.slice(Math.min(first < 0 ? months.length : first, Math.max(0, months.length - kMonthsAtLeast)));
}

export function Tile({ label, children, note, danger }: { label: string; children: ReactNode; note?: string; danger?: boolean }) {
  return (
    <div className={`min-w-0 rounded-8 border bg-white px-4 py-3 ${danger ? 'border-danger' : 'border-line'}`}>
      <dt className={`text-dns-14N-130 flex items-center gap-1 ${danger ? 'font-700 text-danger' : 'text-sub'}`}>
        {danger ? <Icon name="danger" size={16} /> : null}
        {label}
      </dt>
      <dd className={`tabular text-std-24B-150 ${danger ? 'text-danger' : 'text-ink'}`}>{children}</dd>
      {note ? <dd className="text-dns-14N-130 text-sub">{note}</dd> : null}
    </div>
  );
}
