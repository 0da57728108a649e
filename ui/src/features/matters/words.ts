// Names in the person's language for what the server sends as codes and pairs.
import type { Schema } from '../../api/api';
import { readable } from '../../api/places';
import { i18n, type Language, language } from '../../i18n';
import { formatDate, formatDateTime } from '../../i18n/format';

// A name that was given in Japanese only stays Japanese; <NamePair> marks it so.
export const inTongue = (ja: string, en: string, tag: Language = language()): string => (tag === 'ja' ? ja : en || ja);

// A sentence that came inside an answer: a check, a refused step, a warning.
export function noticeText(notice: Schema<'Notice'>, tag: Language = language()): string {
  return readable(tag === 'ja' ? notice.ja : notice.en, notice.where, tag);
}

// Why a step is not possible now. Where the server only names the state, the page says what would make the step possible.
export function refusalText(action: Schema<'Action'>): string {
  const { why } = action;
  const say = i18n.getFixedT(language());
  if (!why) return say('matter.notNow');
  const key = `needs.${action.name}`;
  return why.code === 'ILLEGAL_TRANSITION' && i18n.exists(key) ? say(key as 'needs.check') : noticeText(why);
}

// Times inside a masked value are written for machines; lists show them as people read them.
export function subjectText(subject: string): string {
  return subject.replace(/(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(?:\+09:00)?/g, '$1 $2');
}

// Where a masked value may go on to the next line: between its words, after the @ of a mail address, after the name of a service.
export function subjectParts(subject: string): string[] {
  return subjectText(subject)
    .split(/(?<= )|(?= )|(?<=@)|(?<=:)(?=[A-Za-z])/)
    .filter((part) => part !== '');
}

// A day in Japan, as the server writes it (yyyy-mm-dd).
export const dayOf = (date: string): Date => new Date(`${date}T00:00:00+09:00`);

export function today(now = new Date()): string {
  return new Date(now.getTime() + 9 * 3_600_000).toISOString().slice(0, 10);
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

// Whole days are said as days; anything finer with its time.
export function periodText(period: { from: string; until: string } | undefined, tag: Language = language()): string {
  if (!period) return '';
  const say = i18n.getFixedT(tag);
  const from = new Date(period.from);
  const until = new Date(period.until);
  const clock = (at: Date) => formatDateTime(at, tag).slice(-5);
  const whole = clock(from) === '00:00' && (clock(until) === '00:00' || clock(until) === '23:59');
  const text = (at: Date) => (whole ? formatDate(at, tag) : formatDateTime(at, tag));
  return say('matter.period', { from: text(from), until: text(until) });
}

export function actName(act: { name_ja: string; name_en: string }): string {
  const name = inTongue(act.name_ja, act.name_en);
  return name.charAt(0).toUpperCase() + name.slice(1);
}

export function counterpartyName(row: Schema<'RowView'>): string {
  return inTongue(row.counterparty_name_ja, row.counterparty_name_en) || row.counterparty;
}
