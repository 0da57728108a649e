// The inquiry while it is being written: everything as typed, kept in this browser, turned into the server's command only when sent.
import type { Schema } from '../../api/api';

export type SelectorType = Schema<'SelectorType'>;
export type FieldName = Schema<'SelectorField'>;

export interface FormItem {
  key: string;
  type: SelectorType;
  fields: Partial<Record<FieldName, string>>;
  from: string; // RFC 3339, or empty
  until: string;
  categories: Schema<'Category'>[];
  purpose: string;
  necessity: string;
  registration: boolean;
}

export interface InquiryForm {
  case_id: string;
  to: string;
  form: Schema<'FormKind'>;
  items: FormItem[];
  urgency: Schema<'Urgency'>;
  due: string; // yyyy-mm-dd, empty: the law's
  answer_how: string;
  officer: Schema<'Officer'> | null; // null: the drafter
  confidential: boolean;
  confidentialReason: string;
  confidentialReview: string;
  withhold: boolean;
  cover: boolean;
  related: string; // one per line
}

let counter = 0;
export function newKey(): string {
  counter += 1;
  return `${Date.now().toString(36)}-${counter}`;
}

export function emptyItem(like?: FormItem): FormItem {
  return {
    key: newKey(),
    type: like?.type ?? 'ACCOUNT_ID',
    fields: like?.fields.service ? { service: like.fields.service } : {},
    from: like?.from ?? '',
    until: like?.until ?? '',
    categories: like?.categories ?? ['K1'],
    purpose: like?.purpose ?? '',
    necessity: like?.necessity ?? '',
    registration: false,
  };
}

export function emptyForm(answerHow: string, caseId = ''): InquiryForm {
  return {
    case_id: caseId,
    to: '',
    form: 'A',
    items: [emptyItem()],
    urgency: 'NORMAL',
    due: '',
    answer_how: answerHow,
    officer: null,
    confidential: false,
    confidentialReason: '',
    confidentialReview: '',
    withhold: false,
    cover: true,
    related: '',
  };
}

export function isInquiryForm(value: unknown): value is InquiryForm {
  const form = value as Partial<InquiryForm> | null;
  return (
    typeof form === 'object' &&
    form !== null &&
    typeof form.case_id === 'string' &&
    typeof form.to === 'string' &&
    typeof form.answer_how === 'string' &&
    typeof form.related === 'string' &&
    Array.isArray(form.items) &&
    form.items.every(
      (item) => typeof item?.key === 'string' && typeof item.fields === 'object' && item.fields !== null && Array.isArray(item.categories),
    )
  );
}

// Whether anything has been typed into it: a row that was only added is not checked and not sent.
export function isBlank(item: FormItem): boolean {
  return !Object.entries(item.fields).some(([field, text]) => field !== 'service' && field !== 'kind' && text?.trim());
}

export function inputOf(item: FormItem): Schema<'SelectorInput'> {
  const { value, port, ...rest } = item.fields;
  const typed = Object.fromEntries(Object.entries(rest).flatMap(([name, text]) => (text?.trim() ? [[name, text.trim()]] : [])));
  const number = Number(port?.trim());
  return {
    type: item.type,
    value: value?.trim() ?? '',
    ...typed,
    ...(port?.trim() ? { port: Number.isInteger(number) ? number : -1 } : {}),
  };
}

export function judgeItemOf(item: FormItem): Schema<'JudgeItem'> {
  return {
    selector: inputOf(item),
    ...(item.from || item.until ? { period: { from: item.from, until: item.until } } : {}),
    categories: item.categories,
    asks_registration_address: item.registration,
  };
}

export function fieldsOf(input: Schema<'SelectorInput'>): FormItem['fields'] {
  const { type: _type, port, ...rest } = input;
  return { ...rest, ...(port === undefined ? {} : { port: String(port) }) };
}

export function itemOfDraft(item: Schema<'DraftItem'>): FormItem {
  return {
    key: newKey(),
    type: item.selector?.type ?? 'ACCOUNT_ID',
    fields: item.selector ? fieldsOf(item.selector) : {},
    from: item.period?.from ?? '',
    until: item.period?.until ?? '',
    categories: item.categories ?? [],
    purpose: item.purpose ?? '',
    necessity: item.necessity ?? '',
    registration: item.asks_registration_address ?? false,
  };
}

export function formOfDraft(draft: Schema<'DraftCommand'>, base: InquiryForm): InquiryForm {
  return {
    ...base,
    to: draft.to ?? base.to,
    form: draft.form ?? 'A',
    items: draft.items?.length ? draft.items.map(itemOfDraft) : base.items,
    urgency: draft.urgency ?? 'NORMAL',
    answer_how: draft.answer_how ?? base.answer_how,
    officer: draft.officer ?? null,
    confidential: draft.confidentiality !== undefined,
    confidentialReason: draft.confidentiality?.reason ?? '',
    confidentialReview: draft.confidentiality?.review ?? '',
    withhold: draft.withhold_offence ?? false,
    cover: draft.with_cover_request ?? true,
    related: draft.related?.join('\n') ?? '',
  };
}

// An earlier draft, or what was sent, as the start of the next version.
export function formOfText(text: Schema<'InquiryText'>, internal: Schema<'Internal'> | undefined): InquiryForm {
  return {
    case_id: internal?.case_id ?? '',
    to: text.to,
    form: text.form,
    items: text.items.map((item) => ({
      key: newKey(),
      type: item.selector.input.type,
      fields: fieldsOf(item.selector.input),
      from: item.period?.from ?? '',
      until: item.period?.until ?? '',
      categories: item.categories,
      purpose: item.purpose,
      necessity: internal?.necessity.find((one) => one.no === item.no)?.text ?? '',
      registration: item.asks_registration_address,
    })),
    urgency: text.urgency,
    due: text.due,
    answer_how: text.answer_how,
    officer: text.officer,
    confidential: text.confidentiality !== undefined,
    confidentialReason: text.confidentiality?.reason ?? '',
    confidentialReview: text.confidentiality?.review ?? '',
    withhold: text.offence === undefined,
    cover: text.cover_request !== undefined,
    related: text.related.join('\n'),
  };
}

export function commandOf(form: InquiryForm, ready: boolean): Schema<'DraftCommand'> {
  const items = form.items.filter((item) => !isBlank(item));
  return {
    case_id: form.case_id,
    to: form.to,
    form: form.form,
    items: items.map((item) => ({ ...judgeItemOf(item), purpose: item.purpose.trim(), necessity: item.necessity.trim() })),
    urgency: form.urgency,
    ...(form.due ? { due: form.due } : {}),
    answer_how: form.answer_how.trim(),
    ...(form.officer ? { officer: form.officer } : {}),
    ...(form.confidential
      ? { confidentiality: { reason: form.confidentialReason.trim(), ...(form.confidentialReview ? { review: form.confidentialReview } : {}) } }
      : {}),
    withhold_offence: form.withhold,
    with_cover_request: form.cover,
    related: form.related
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean),
    ready,
  };
}
