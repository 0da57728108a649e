// The two catalogues. Japanese is the original; English follows it. Every text of the interface comes from here, by a key the compiler knows.
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import agencyEn from './agency.en.json';
import agencyJa from './agency.ja.json';
import en from './en.json';
import figuresEn from './figures.en.json';
import figuresJa from './figures.ja.json';
import ja from './ja.json';
import providerEn from './provider.en.json';
import providerJa from './provider.ja.json';

export const languages = ['ja', 'en'] as const;
export type Language = (typeof languages)[number];

const kStored = 'warifu.language';

export function initialLanguage(stored: string | null, preferred: readonly string[]): Language {
  if (stored === 'ja' || stored === 'en') return stored;
  const first = preferred.find((tag) => tag.startsWith('ja') || tag.startsWith('en'));
  return first?.startsWith('en') ? 'en' : 'ja';
}

function readStored(): string | null {
  try {
    return localStorage.getItem(kStored);
  } catch {
    return null; // storage switched off: the browser's language decides
  }
}

export const i18n = i18next.createInstance();

void i18n.use(initReactI18next).init({
  lng: initialLanguage(readStored(), typeof navigator === 'undefined' ? [] : navigator.languages),
  fallbackLng: false,
  // One file per part of the office, their first keys are different.
  resources: {
    ja: { translation: { ...ja, ...agencyJa, ...providerJa, ...figuresJa } },
    en: { translation: { ...en, ...agencyEn, ...providerEn, ...figuresEn } },
  },
  interpolation: { escapeValue: false }, // React escapes
  returnNull: false,
  initAsync: false,
  showSupportNotice: false,
});

export function language(): Language {
  return i18n.language === 'en' ? 'en' : 'ja';
}

export function setLanguage(next: Language): void {
  try {
    localStorage.setItem(kStored, next);
  } catch {
    // remembered for this visit only
  }
  document.documentElement.lang = next;
  void i18n.changeLanguage(next);
}

if (typeof document !== 'undefined') document.documentElement.lang = language();
