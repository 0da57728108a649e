// One item: closed a line with its check at the right, open the fields that its type takes, as the catalogue says, with the sentence of the law
// under them. The addressee's answer profile narrows what can be chosen.
import { type ClipboardEvent, useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/api';
import { Checkbox, CheckboxGroup, cx, DateField, Icon, IconButton, Mark, Select, TextField } from '../../components';
import { JudgementMark, JudgementText } from '../matters/judgement';
import { inTongue, noticeText, periodText, today } from '../matters/words';
import { lackId } from './lacks';
import type { FieldName, FormItem, SelectorType } from './model';
import { isBlank } from './model';

export interface ItemCardProps {
  no: number;
  item: FormItem;
  open: boolean;
  onToggle: () => void;
  onChange: (change: Partial<FormItem>) => void;
  onRemove: (() => void) | null;
  onPasteLines: (text: string) => void;
  check: Schema<'ItemCheck'> | undefined;
  types: readonly Schema<'SelectorTypeView'>[];
  profile: Schema<'AnswerProfile'> | undefined;
  law: Schema<'LawView'> | undefined;
  lackText: (field: 'purpose' | 'necessity') => string | undefined; // of the last sending
  serverError: (field: string) => string | undefined; // likewise, by place under the item
}

const kinds = ['普通', '当座', '貯蓄', 'その他'] as const;
const kindNames = { 普通: 'ordinary', 当座: 'current', 貯蓄: 'savings', その他: 'other' } as const;

export function ItemCard(props: ItemCardProps) {
  const { no, item, open, onToggle, onChange, onRemove, onPasteLines, check, types, profile, law, lackText, serverError } = props;
  const { t } = useTranslation();
  const panel = useId();
  const type = types.find((one) => one.type === item.type);
  const entry = profile?.entries.find((one) => one.selector === item.type);
  const errors = check?.errors ?? [];
  const warnings = check?.warnings ?? [];
  const blank = isBlank(item);
  const title = check?.selector?.display || item.fields.value || t('inq.newItem');
  const said = (field: string) => {
    const own = errors.filter((one) => one.where === field || one.where.startsWith(`${field}/`));
    return own.length > 0 ? own.map((one) => noticeText(one)).join('\n') : serverError(field);
  };
  const shownAtFields = ['/selector/', '/period', '/categories'];
  const lack = lackText('purpose') ?? lackText('necessity');
  // A closed row says the first of what is wrong with it, else what is lacking, else what is doubtful.
  const first = errors[0] ? noticeText(errors[0]) : (lack ?? (warnings[0] ? noticeText(warnings[0]) : null));
  const isBad = errors.length > 0 || lack !== undefined;
  const rest = errors.filter((one) => !shownAtFields.some((place) => one.where.startsWith(place)));
  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData('text/plain');
    if (
      text
        .trim()
        .split(/\r?\n/)
        .filter((line) => line.trim()).length > 1
    ) {
      event.preventDefault();
      onPasteLines(text);
    }
  };
  return (
    <li id={lackId({ field: 'item', item: item.key })} className={cx('rounded-8 border bg-white', isBad ? 'border-danger' : 'border-edge')}>
      <div className="flex items-center gap-2 ps-3 pe-1">
        <button
          type="button"
          aria-expanded={open}
          aria-controls={open ? panel : undefined}
          onClick={onToggle}
          className="flex min-h-12 min-w-0 flex-1 items-center gap-3 rounded-4 py-2 text-start hover:underline"
        >
          <Icon name={open ? 'down' : 'right'} size={16} />
          <span className="tabular shrink-0 text-sub">({no})</span>
          <span className="min-w-0 flex-1">
            <span className="text-dns-14N-130 block text-sub">
              {[
                type ? inTongue(type.name_ja, type.name_en) : '',
                open ? '' : periodText(item.from && item.until ? { from: item.from, until: item.until } : undefined),
              ]
                .filter(Boolean)
                .join(t('matter.slash'))}
            </span>
            <span className={cx('block truncate', blank ? 'text-sub' : 'font-mono')}>{title}</span>
          </span>
        </button>
        <span className="shrink-0">
          {errors.length > 0 ? (
            <Mark tone="danger" icon="danger">
              {t('inq.toCorrect')}
            </Mark>
          ) : check?.judgement ? (
            <JudgementMark judgement={check.judgement} />
          ) : blank ? null : (
            <span className="text-dns-14N-130 text-sub">{t('inq.checking')}</span>
          )}
        </span>
        {onRemove ? <IconButton icon="trash" label={t('inq.removeItem', { no: String(no) })} onClick={onRemove} /> : null}
      </div>
      {open ? (
        <div id={panel} className="space-y-4 border-t border-line p-3 sm:p-4">
          <div className="grid items-start gap-4 sm:grid-cols-2" onPaste={onPaste}>
            <Select
              label={t('paper.columnType')}
              choices={typeChoices(types, profile, item.type)}
              value={item.type}
              onChange={(value: SelectorType) => onChange(changeType(value, item, profile))}
              error={blank ? undefined : said('/selector/type')}
              required
            />
            {(type?.fields ?? []).map(({ field, need }) => (
              <SelectorField
                key={field}
                field={field}
                required={need === 'required'}
                type={type}
                services={entry?.services ?? []}
                value={item.fields[field] ?? ''}
                onChange={(value) => onChange({ fields: { ...item.fields, [field]: value } })}
                error={blank ? undefined : said(`/selector/${field}`)}
              />
            ))}
          </div>
          {type ? <p className="text-dns-14N-130 text-sub">{inTongue(type.help_ja, type.help_en)}</p> : null}
          <div className="grid items-start gap-4 sm:grid-cols-2">
            <DateField
              label={t('inq.from')}
              value={dayIn(item.from)}
              onChange={(value) => onChange({ from: value ? `${value}T00:00:00+09:00` : '' })}
              max={today()}
              optional={!entry?.needs_period}
              required={entry?.needs_period}
              error={blank ? undefined : said('/period')}
            />
            <DateField
              label={t('inq.until')}
              value={dayIn(item.until)}
              onChange={(value) => onChange({ until: value ? `${value}T23:59:59+09:00` : '' })}
              optional={!entry?.needs_period}
              required={entry?.needs_period}
            />
          </div>
          {entry && (entry.period_days_max || entry.history_days) ? (
            <p className="text-dns-14N-130 text-sub">
              {[
                entry.period_days_max ? t('inq.periodMax', { n: String(entry.period_days_max) }) : '',
                entry.history_days ? t('inq.history', { n: String(entry.history_days) }) : '',
              ].join('')}
            </p>
          ) : null}
          <CheckboxGroup
            label={t('paper.columnWanted')}
            choices={categoryChoices(law, entry, item)}
            value={item.categories}
            onChange={(categories) => onChange({ categories })}
            error={said('/categories')}
            required
          />
          {item.type === 'ACCOUNT_ID' || item.type === 'EMAIL' || item.registration ? (
            <Checkbox checked={item.registration} onChange={(registration) => onChange({ registration })} help={t('inq.registrationHelp')}>
              {t('inq.registration')}
            </Checkbox>
          ) : null}
          <div id={lackId({ field: 'purpose', item: item.key })}>
            <TextField
              label={t('matter.purpose')}
              help={t('inq.purposeHelp')}
              value={item.purpose}
              onChange={(purpose) => onChange({ purpose })}
              error={lackText('purpose') ?? serverError('/purpose')}
              required
            />
          </div>
          <div id={lackId({ field: 'necessity', item: item.key })}>
            <TextField
              label={t('matter.necessity')}
              help={t('inq.necessityHelp')}
              value={item.necessity}
              onChange={(necessity) => onChange({ necessity })}
              rows={2}
              error={lackText('necessity') ?? serverError('/necessity')}
              required
            />
          </div>
          <div aria-live="polite" className="space-y-2 empty:hidden">
            {rest.map((one) => (
              <p key={one.code + one.where} className="text-dns-14N-130 flex items-start gap-1 text-danger">
                <Icon name="danger" size={16} className="mt-px" />
                {noticeText(one)}
              </p>
            ))}
            {warnings.map((one) => (
              <p key={one.code + one.where} className="text-dns-14N-130 flex items-start gap-1 text-care">
                <Icon name="alert" size={16} className="mt-px" />
                {noticeText(one)}
              </p>
            ))}
            {check?.judgement && errors.length === 0 ? <JudgementText judgement={check.judgement} /> : null}
          </div>
        </div>
      ) : first ? (
        <p className={cx('text-dns-14N-130 flex items-start gap-1 px-3 pb-2', isBad ? 'text-danger' : 'text-care')}>
          <Icon name={isBad ? 'danger' : 'alert'} size={16} className="mt-px" />
          {first}
        </p>
      ) : null}
    </li>
  );
}

function dayIn(instant: string): string | null {
  const at = Date.parse(instant);
  return Number.isNaN(at) ? null : new Date(at + 9 * 3_600_000).toISOString().slice(0, 10);
}

function typeChoices(types: readonly Schema<'SelectorTypeView'>[], profile: Schema<'AnswerProfile'> | undefined, current: SelectorType) {
  const admitted = profile ? types.filter((one) => one.type === current || profile.entries.some((entry) => entry.selector === one.type)) : types;
  return admitted.map((one) => ({ id: one.type, label: inTongue(one.name_ja, one.name_en) }));
}

function changeType(type: SelectorType, item: FormItem, profile: Schema<'AnswerProfile'> | undefined): Partial<FormItem> {
  const entry = profile?.entries.find((one) => one.selector === type);
  const categories = entry ? item.categories.filter((one) => entry.categories.includes(one)) : item.categories;
  const first = entry?.categories[0];
  return {
    type,
    fields: { value: item.fields.value ?? '', ...(entry?.services.length === 1 ? { service: entry.services[0] } : {}) },
    categories: categories.length > 0 || !first ? categories : [first],
    registration: false,
  };
}

function categoryChoices(law: Schema<'LawView'> | undefined, entry: Schema<'ProfileEntry'> | undefined, item: FormItem) {
  const all = law?.categories ?? [];
  const shown = entry ? all.filter((one) => entry.categories.includes(one.code) || item.categories.includes(one.code)) : all;
  return shown.map((one) => ({ id: one.code, label: inTongue(one.name_ja, one.name_en) }));
}

interface SelectorFieldProps {
  field: FieldName;
  required: boolean;
  type: Schema<'SelectorTypeView'> | undefined;
  services: readonly string[];
  value: string;
  onChange: (value: string) => void;
  error: string | undefined;
}

function SelectorField({ field, required, type, services, value, onChange, error }: SelectorFieldProps) {
  const { t } = useTranslation();
  const label = field === 'value' && type ? inTongue(type.value_ja, type.value_en) : t(`selectorField.${field}`);
  if (field === 'kind')
    return (
      <Select
        label={label}
        choices={kinds.map((id) => ({ id, label: t(`accountKind.${kindNames[id]}`) }))}
        value={(kinds as readonly string[]).includes(value) ? (value as (typeof kinds)[number]) : null}
        onChange={onChange}
        error={error}
        required={required}
      />
    );
  if (field === 'service' && services.length > 0)
    return (
      <Select
        label={label}
        choices={services.map((id) => ({ id, label: id }))}
        value={value || null}
        onChange={onChange}
        error={error}
        required={required}
      />
    );
  return (
    <TextField
      label={label}
      value={value}
      onChange={onChange}
      error={error}
      required={required}
      optional={!required}
      placeholder={
        field === 'value' && type && !type.fields.some((one) => one.field !== 'value')
          ? type.example
          : field === 'at'
            ? t('inq.atExample')
            : undefined
      }
      inputMode={field === 'port' || field === 'bank' || field === 'branch' ? 'numeric' : undefined}
      mono={field !== 'kana' && type?.type !== 'PERSON' && type?.type !== 'POSTAL_ADDRESS'}
    />
  );
}
