import { describe, expect, it } from 'vitest';
import kitchenEn from '../features/kitchen/en.json';
import kitchenJa from '../features/kitchen/ja.json';
import agencyEn from './agency.en.json';
import agencyJa from './agency.ja.json';
import en from './en.json';
import figuresEn from './figures.en.json';
import figuresJa from './figures.ja.json';
import { formatBytes, formatDate, formatDateTime, formatEra, formatRelative } from './format';
import { initialLanguage } from './index';
import ja from './ja.json';
import providerEn from './provider.en.json';
import providerJa from './provider.ja.json';

type Tree = { [key: string]: string | Tree };

function flatten(tree: Tree, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const path = prefix ? `${prefix}.${key}` : key;
    if (typeof value === 'string') flat.set(path, value);
    else for (const [inner, text] of flatten(value, path)) flat.set(inner, text);
  }
  return flat;
}

const kJapanese = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;
// Names that are the same in both languages, and the word PIN, which Japanese offices write so.
const isProper = (key: string) =>
  key.startsWith('proper.') ||
  key === 'inq.atExample' ||
  key === 'oral.clockExample' ||
  key === 'matter.comma' ||
  key === 'matter.slash' ||
  key === 'key.pin' ||
  key === 'login.pin';
const places = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

describe.each([
  ['interface', ja as Tree, en as Tree],
  ['agency', agencyJa as Tree, agencyEn as Tree],
  ['provider', providerJa as Tree, providerEn as Tree],
  ['figures', figuresJa as Tree, figuresEn as Tree],
  ['gallery', kitchenJa as Tree, kitchenEn as Tree],
])('catalogue of the %s', (_name, jaTree, enTree) => {
  const jaTexts = flatten(jaTree);
  const enTexts = flatten(enTree);

  it('has the same keys in both languages', () => {
    expect([...enTexts.keys()].sort()).toEqual([...jaTexts.keys()].sort());
  });

  it('has no empty text', () => {
    for (const [key, text] of [...jaTexts, ...enTexts]) expect(text.trim(), key).not.toBe('');
  });

  it('is Japanese in ja and free of Japanese in en', () => {
    for (const [key, text] of jaTexts) if (!isProper(key)) expect(text, key).toMatch(kJapanese);
    for (const [key, text] of enTexts) if (!isProper(key)) expect(text, key).not.toMatch(kJapanese);
  });

  it('names the same places to fill in', () => {
    for (const [key, text] of jaTexts) expect(places(enTexts.get(key) ?? ''), key).toEqual(places(text));
  });
});

describe('words that nobody shows', () => {
  // A key is used as it stands, or through a place of it that is filled in: t(`state.agency.${row.state}`).
  const sources = Object.entries(import.meta.glob('../**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true }) as Record<string, string>)
    .map(([, text]) => text)
    .join('\n');
  const stems = (key: string) => key.split('.').map((_, index, parts) => parts.slice(0, index).join('.'));
  const isUsed = (key: string) => {
    const base = key.replace(/_(one|other)$/, '');
    return sources.includes(`'${base}'`) || stems(base).some((stem) => stem !== '' && sources.includes(`\`${stem}.\${`));
  };

  it('are not kept: they would be translated, and contradict the ones that are shown', () => {
    const all = [ja, agencyJa, providerJa, figuresJa].flatMap((tree) => [...flatten(tree as Tree).keys()]);
    expect(all.filter((key) => !isUsed(key))).toEqual([]);
  });
});

describe('time as the office writes it', () => {
  const at = new Date('2026-11-21T05:05:00Z');

  it('shows Japan time with the weekday', () => {
    expect(formatDateTime(at, 'ja')).toBe('2026年11月21日(土) 14:05');
    expect(formatDateTime(at, 'en')).toBe('Sat 21 Nov 2026 14:05');
  });

  it('takes the day from Japan, not from UTC', () => {
    expect(formatDate(new Date('2026-11-21T15:30:00Z'), 'ja')).toBe('2026年11月22日(日)');
  });

  it('writes the era on paper, the first year as 元年', () => {
    expect(formatEra(at)).toBe('令和8年11月21日');
    expect(formatEra(new Date('2019-05-01T03:00:00Z'))).toBe('令和元年5月1日');
  });

  it('counts days by the calendar', () => {
    expect(formatRelative(new Date('2026-11-18T10:00:00Z'), at, 'ja')).toBe('3日前');
    expect(formatRelative(new Date('2026-11-18T10:00:00Z'), at, 'en')).toBe('3 days ago');
    expect(formatRelative(new Date(at.getTime() - 11 * 60_000), at, 'en')).toBe('11 min ago');
    expect(formatRelative(new Date('2026-11-21T03:05:00Z'), at, 'ja')).toBe('2時間前');
    expect(formatRelative(at, at, 'ja')).toBe('たった今');
  });

  it('writes sizes', () => {
    expect(formatBytes(1536, 'ja')).toBe('1.5 KB');
    expect(formatBytes(3 * 1024 ** 3, 'en')).toBe('3 GB');
  });
});

describe('language at the first visit', () => {
  it('prefers what was chosen, then the browser, then Japanese', () => {
    expect(initialLanguage('en', ['ja-JP'])).toBe('en');
    expect(initialLanguage(null, ['fr-FR', 'en-US'])).toBe('en');
    expect(initialLanguage(null, ['de-DE'])).toBe('ja');
    expect(initialLanguage('xx', ['ja'])).toBe('ja');
  });
});
