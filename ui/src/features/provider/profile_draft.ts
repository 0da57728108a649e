// The answer profile while it is being edited: numbers and lists are text as typed, until it is published.
import type { Schema } from '../../api/api';
import { fileTypes } from '../matters/media';

export type Profile = Schema<'AnswerProfile'>;
export type Entry = Schema<'ProfileEntry'>;
export type SelectorType = Schema<'SelectorType'>;

export interface EntryDraft {
  selector: SelectorType | null;
  services: string; // one a line
  categories: Schema<'Category'>[];
  needsPeriod: boolean;
  periodDays: string;
  historyDays: string;
  noteJa: string;
  noteEn: string;
}

export interface ProfileDraft {
  entries: Entry[];
  media: string[];
  contactJa: string;
  contactEn: string;
  usualDays: string;
}

export type EntryLack = 'selector' | 'categories' | 'periodDays' | 'historyDays';

const kDaysMax = 36_600;

// A whole number of days, null where nothing was typed; undefined when it is neither.
export function daysOf(text: string): number | null | undefined {
  const plain = text.normalize('NFKC').trim();
  if (plain === '') return null;
  if (!/^\d{1,6}$/.test(plain)) return undefined;
  const days = Number(plain);
  return days >= 1 && days <= kDaysMax ? days : undefined;
}

export const mediaChoices: readonly string[] = [...new Set(Object.values(fileTypes))];

export function draftOfProfile(profile: Profile | null): ProfileDraft {
  return {
    entries: profile ? [...profile.entries] : [],
    media: profile ? [...profile.media] : ['application/pdf', 'text/csv'],
    contactJa: profile?.contact_ja ?? '',
    contactEn: profile?.contact_en ?? '',
    usualDays: String(profile?.usual_days ?? 7),
  };
}

// What would be published; the days as they were while those in the field are none.
export function profileOf(draft: ProfileDraft, organisation: string, published: Profile | null): Profile {
  return {
    organisation,
    version: published?.version ?? 1,
    entries: draft.entries,
    media: draft.media,
    contact_ja: draft.contactJa.trim(),
    contact_en: draft.contactEn.trim(),
    usual_days: daysOf(draft.usualDays) ?? published?.usual_days ?? 7,
  };
}

export function draftOfEntry(entry: Entry | null): EntryDraft {
  return {
    selector: entry?.selector ?? null,
    services: entry?.services.join('\n') ?? '',
    categories: entry ? [...entry.categories] : [],
    needsPeriod: entry?.needs_period ?? false,
    periodDays: entry?.period_days_max ? String(entry.period_days_max) : '',
    historyDays: entry?.history_days ? String(entry.history_days) : '',
    noteJa: entry?.note_ja ?? '',
    noteEn: entry?.note_en ?? '',
  };
}

export function lacksOfEntry(draft: EntryDraft): EntryLack[] {
  const out: EntryLack[] = [];
  if (!draft.selector) out.push('selector');
  if (draft.categories.length === 0) out.push('categories');
  if (daysOf(draft.periodDays) === undefined) out.push('periodDays');
  if (daysOf(draft.historyDays) === undefined) out.push('historyDays');
  return out;
}

// Only of a draft that lacks nothing. `hasService`: whether accounts of this kind belong to a service at all.
export function entryOf(draft: EntryDraft, hasService: boolean): Entry | null {
  if (!draft.selector || lacksOfEntry(draft).length > 0) return null;
  const periodDays = daysOf(draft.periodDays);
  const historyDays = daysOf(draft.historyDays);
  const services = draft.services
    .split(/[\s,、]+/)
    .map((one) => one.trim())
    .filter(Boolean);
  return {
    selector: draft.selector,
    services: hasService ? [...new Set(services)] : [],
    categories: [...draft.categories].sort(),
    needs_period: draft.needsPeriod,
    ...(periodDays ? { period_days_max: periodDays } : {}),
    ...(historyDays ? { history_days: historyDays } : {}),
    note_ja: draft.noteJa.trim(),
    note_en: draft.noteEn.trim(),
  };
}
