// The law's own names and sentences (from /api/law and /api/selector-types), looked up by code, in the language of the interface.
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { lawQuery, selectorTypesQuery } from '../../api/queries';
import { i18n, type Language, language } from '../../i18n';
import type { Category, Instrument, Outcome, ReasonCode, ReasonUse } from './queries';

interface Named {
  name_ja: string;
  name_en: string;
}

export interface Words {
  category: (code: Category) => string;
  categories: (codes: readonly Category[]) => string;
  reason: (code: ReasonCode) => string;
  reasonSentence: (code: ReasonCode) => string;
  reasonsOf: (uses: readonly ReasonUse[]) => ReasonCode[];
  outcome: (code: Outcome) => string;
  instrument: (code: Instrument) => string;
  selector: (type: string) => string;
  rule: (id: string) => { article: string; why: string } | null;
  law: NonNullable<ReturnType<typeof useLaw>>;
}

function useLaw() {
  return useQuery(lawQuery).data;
}

// null while the law is being fetched.
export function useWords(chosen?: Language): Words | null {
  useTranslation(); // re-renders when the language changes
  const tag = chosen ?? language();
  const law = useLaw();
  const types = useQuery(selectorTypesQuery).data;
  return useMemo(() => {
    if (!law || !types) return null;
    const name = <Code>(list: readonly (Named & { code: Code })[]) => {
      const names = new Map(list.map((one) => [one.code, tag === 'ja' ? one.name_ja : one.name_en]));
      return (code: Code) => names.get(code) ?? String(code);
    };
    const category = name(law.categories);
    const reasons = new Map(law.reasons.map((one) => [one.code, one]));
    const typeNames = new Map<string, string>(types.map((one) => [one.type, tag === 'ja' ? one.name_ja : one.name_en]));
    return {
      category,
      categories: (codes) => codes.map(category).join(i18n.getFixedT(tag)('matter.comma')),
      reason: name(law.reasons),
      reasonSentence: (code) => {
        const found = reasons.get(code);
        return found ? (tag === 'ja' ? found.sentence_ja : found.sentence_en) : code;
      },
      reasonsOf: (uses) => law.reasons.filter((one) => uses.includes(one.use)).map((one) => one.code),
      outcome: name(law.outcomes),
      instrument: name(law.instruments),
      selector: (type) => typeNames.get(type) ?? type,
      rule: (id) => {
        const found = [...law.rules, law.default_rule, law.registration_address_rule, law.reclassification].find((one) => one.id === id);
        return found ? { article: tag === 'ja' ? found.article_ja : found.article_en, why: tag === 'ja' ? found.why_ja : found.why_en } : null;
      },
      law,
    };
  }, [law, types, tag]);
}

// A due day ends with that day in Japan.
export function endOfDay(day: string): Date {
  return new Date(`${day}T23:59:59+09:00`);
}

export function startOfDay(day: string): Date {
  return new Date(`${day}T00:00:00+09:00`);
}
