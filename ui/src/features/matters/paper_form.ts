// The inquiry as paper, made from what the server holds or from the very body that will be signed. Always Japanese: its wording is the document.
import { useQuery } from '@tanstack/react-query';
import type { Schema } from '../../api/api';
import { lawQuery, selectorTypesQuery } from '../../api/queries';
import type { PaperForm } from '../../components';
import { i18n } from '../../i18n';
import { dayOf, periodText } from './words';

export interface PaperWords {
  type: (code: Schema<'SelectorType'>) => string;
  category: (code: Schema<'Category'>) => string;
  form: (code: Schema<'FormKind'>) => string | undefined;
}

export function usePaperWords(): PaperWords {
  const types = useQuery(selectorTypesQuery).data;
  const law = useQuery(lawQuery).data;
  return {
    type: (code) => types?.find((one) => one.type === code)?.name_ja ?? '',
    category: (code) => law?.categories.find((one) => one.code === code)?.name_ja ?? code,
    form: (code) => law?.forms.find((one) => one.code === code)?.name_ja,
  };
}

export function serialText(numbering: { form: string; serial: number; year: number }): string {
  return i18n.getFixedT('ja')('matter.serialText', { form: numbering.form, serial: String(numbering.serial).padStart(5, '0') });
}

export function wantedText(item: { categories: Schema<'Category'>[]; asks_registration_address?: boolean }, words: PaperWords): string {
  const names = item.categories.map(words.category);
  if (item.asks_registration_address) names.push(i18n.getFixedT('ja')('matter.registrationAddress'));
  return names.join(i18n.getFixedT('ja')('matter.comma'));
}

export interface PaperExtra {
  numbering?: Schema<'Numbering'>;
  date?: string;
  approved: boolean;
}

export function paperOfText(text: Schema<'InquiryText'>, extra: PaperExtra, words: PaperWords): PaperForm {
  return {
    title: words.form(text.form),
    number: extra.numbering?.document_number ?? null,
    serial: extra.numbering ? serialText(extra.numbering) : null,
    date: extra.date ? dayOf(extra.date) : null,
    addressee: text.addressee,
    office: text.sender.office,
    post: text.sender.head_post,
    head: text.sender.head_name,
    signed: extra.approved,
    sentence: text.sentence,
    items: text.items.map((item) => ({
      id: String(item.no),
      type: words.type(item.selector.input.type),
      value: item.selector.display,
      period: periodText(item.period, 'ja'),
      wanted: wantedText(item, words),
      purpose: item.purpose,
    })),
    offence: text.offence ?? null,
    due: dayOf(text.due),
    answerHow: text.answer_how || '―',
    officer: text.officer,
    confidential: text.confidentiality !== undefined,
    confidentialReason: text.confidentiality?.reason,
    cover: text.cover_request,
    related: text.related,
  };
}

export function paperOfVersion(version: Schema<'VersionView'>, words: PaperWords): PaperForm {
  return paperOfText(version.text, { numbering: version.numbering, date: version.date, approved: version.approved_at !== undefined }, words);
}
