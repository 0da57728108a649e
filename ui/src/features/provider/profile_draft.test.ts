import { describe, expect, it } from 'vitest';
import { daysOf, draftOfEntry, draftOfProfile, type Entry, entryOf, lacksOfEntry, type Profile, profileOf } from './profile_draft';

const entry: Entry = {
  selector: 'ACCOUNT_ID',
  services: ['auction.example', 'mail.example'],
  categories: ['K1', 'K8'],
  needs_period: true,
  period_days_max: 90,
  history_days: 1000,
  note_ja: '平日のみ',
  note_en: 'Weekdays only',
};
const profile: Profile = {
  organisation: 'reiji-auction.example',
  version: 3,
  entries: [entry],
  media: ['text/csv'],
  contact_ja: '平日9時から17時',
  contact_en: 'Weekdays 9 to 17',
  usual_days: 5,
};

describe('the answer profile while it is edited', () => {
  it('comes back as it was when nothing is changed', () => {
    expect(profileOf(draftOfProfile(profile), profile.organisation, profile)).toEqual(profile);
    expect(entryOf(draftOfEntry(entry), true)).toEqual(entry);
  });

  it('reads days as people type them, and none where nothing is typed', () => {
    expect(daysOf(' 14 ')).toBe(14);
    expect(daysOf('90')).toBe(90);
    expect(daysOf('')).toBeNull();
    for (const bad of ['0', '-1', '1.5', '36601', '二週間']) expect(daysOf(bad)).toBeUndefined();
  });

  it('says what an entry lacks', () => {
    const blank = draftOfEntry(null);
    expect(lacksOfEntry(blank)).toEqual(['selector', 'categories']);
    expect(entryOf(blank, true)).toBeNull();
    expect(lacksOfEntry({ ...draftOfEntry(entry), periodDays: 'x', historyDays: '0' })).toEqual(['periodDays', 'historyDays']);
  });

  it('takes services one a line or after commas, each once, and none where the type has no service', () => {
    const draft = { ...draftOfEntry(entry), services: 'a.example, b.example\nA.example、a.example\n\n' };
    expect(entryOf(draft, true)?.services).toEqual(['a.example', 'b.example', 'A.example']);
    expect(entryOf(draft, false)?.services).toEqual([]);
  });

  it('leaves out what is empty', () => {
    const made = entryOf({ ...draftOfEntry(entry), periodDays: '', historyDays: ' ' }, true);
    expect(made && 'period_days_max' in made).toBe(false);
    expect(made && 'history_days' in made).toBe(false);
  });
});
