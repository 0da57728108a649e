// 捜査関係事項照会書 as a sheet of paper: what is drafted, approved, dispatched and received is always shown in this one shape. The form is a
// Japanese document whatever the language of the interface, because its wording is what is signed. Changed fields are marked against `before`.
import { Fragment, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime, formatEra, formatNumber } from '../i18n/format';
import { Button } from './Button';
import { Icon } from './Icon';

export interface PaperItem {
  id: string;
  type: string;
  value: string;
  period: string;
  wanted: string;
  purpose: string;
}

export interface PaperForm {
  title?: string; // of the kind of form; the ordinary inquiry when absent
  number: string | null; // null: before numbering
  serial: string | null;
  date: Date | null; // null: before dispatch
  addressee: string;
  office: string;
  post: string;
  head: string;
  signed: boolean; // the approver's own signature is there and verified
  sentence?: string; // the agency profile's wording
  items: readonly PaperItem[];
  offence: string | null; // null: withheld from the addressee
  due: Date | null;
  answerHow: string;
  officer: { section: string; post: string; name: string; telephone: string; extension?: string };
  confidential: boolean;
  confidentialReason?: string;
  cover?: string; // enclosed request to the recipient's class
  related?: readonly string[]; // numbers of earlier papers
}

const plain = { number: 1, serial: 1, addressee: 1, office: 1, post: 1, head: 1, offence: 1, answerHow: 1 } as const;

function dayOf(form: PaperForm | undefined, key: 'date' | 'due'): string | undefined {
  const at = form?.[key];
  return at ? formatEra(at) : undefined;
}

export type ItemChange = 'added' | 'removed' | 'changed' | null;

// Pairs the items of two versions by id, keeping removed ones in their old place.
export function pairItems(
  now: readonly PaperItem[],
  before: readonly PaperItem[] | undefined,
): { now: PaperItem | null; before: PaperItem | null; change: ItemChange }[] {
  if (!before) return now.map((item) => ({ now: item, before: item, change: null }));
  const earlier = new Map(before.map((item) => [item.id, item]));
  const kept = new Set(now.map((item) => item.id));
  const pairs = now.map((item) => {
    const old = earlier.get(item.id) ?? null;
    const same = old !== null && (Object.keys(item) as (keyof PaperItem)[]).every((key) => old[key] === item[key]);
    return { now: item as PaperItem | null, before: old, change: (old === null ? 'added' : same ? null : 'changed') as ItemChange };
  });
  before.forEach((old, index) => {
    if (!kept.has(old.id)) pairs.splice(Math.min(index, pairs.length), 0, { now: null, before: old, change: 'removed' });
  });
  return pairs;
}

// How many places differ, for the line above the paper.
export function countChanges(now: PaperForm, before: PaperForm): number {
  const fields = (Object.keys(plain) as (keyof typeof plain)[]).filter((key) => now[key] !== before[key]).length;
  const rest = [
    dayOf(now, 'due') !== dayOf(before, 'due'),
    now.confidential !== before.confidential || now.confidentialReason !== before.confidentialReason,
    (now.sentence ?? '') !== (before.sentence ?? ''),
    (now.title ?? '') !== (before.title ?? ''),
    (now.cover ?? '') !== (before.cover ?? ''),
    (now.related ?? []).join('\n') !== (before.related ?? []).join('\n'),
    Object.values(now.officer).join('\n') !== Object.values(before.officer).join('\n'),
  ].filter(Boolean).length;
  return fields + rest + pairItems(now.items, before.items).filter((pair) => pair.change !== null).length;
}

// `stretch`: where one reads and does not sign, so many items at once, the rest on demand. What is signed is always shown whole.
export function Paper({ form, before, stretch }: { form: PaperForm; before?: PaperForm; stretch?: number }) {
  const { t: chosen, i18n } = useTranslation();
  const t = i18n.getFixedT('ja');

  const mark = (now: string, old: string | undefined): ReactNode => {
    if (old === undefined || !before || old === now) return now;
    return (
      <>
        <del>
          <span className="sr-only">{t('paper.before')}: </span>
          {old}
        </del>{' '}
        <ins>
          <span className="sr-only">{t('paper.after')}: </span>
          {now}
        </ins>
      </>
    );
  };
  const changes = before ? countChanges(form, before) : 0;
  const officerText = ({ officer }: PaperForm) =>
    `${officer.section} ${officer.post} ${officer.name}\n${t('paper.telephone')} ${officer.telephone}${officer.extension ? ` ${t('paper.extension', { n: officer.extension })}` : ''}`;
  const confidentialText = (of: PaperForm) =>
    of.confidential ? [t('paper.confidentialText'), of.confidentialReason].filter(Boolean).join('\n') : '';

  const terms: [string, string, string | undefined][] = [
    [t('paper.offence'), form.offence ?? t('paper.offenceWithheld'), before ? (before.offence ?? t('paper.offenceWithheld')) : undefined],
    [t('paper.due'), form.due ? dueText(form.due) : '―', before ? (before.due ? dueText(before.due) : '―') : undefined],
    [t('paper.answerHow'), form.answerHow, before?.answerHow],
    [t('paper.officer'), officerText(form), before ? officerText(before) : undefined],
  ];
  if (form.confidential || before?.confidential)
    terms.push([t('paper.confidential'), confidentialText(form), before ? confidentialText(before) : undefined]);

  const listed = (of: PaperForm | undefined) => of?.related?.join('\n') ?? '';
  if (listed(form) || listed(before)) terms.push([t('paper.related'), listed(form), before ? listed(before) : undefined]);
  if (form.cover || before?.cover) terms.push([t('paper.cover'), form.cover ?? '', before ? (before.cover ?? '') : undefined]);

  return (
    <div className="min-w-0">
      {before ? (
        <p className="no-print text-dns-14N-130 mb-2 flex items-center gap-1.5">
          <Icon name="pencil" size={16} />
          {chosen('paper.changes', { count: changes, n: String(changes) })}
        </p>
      ) : null}
      <article lang="ja" aria-label={t('paper.label')} className="paper">
        <div className="paper-sheet">
          <div className="paper-head">
            <p className="text-end tabular">
              {mark(form.number ?? t('paper.unnumbered'), before ? (before.number ?? t('paper.unnumbered')) : undefined)}
            </p>
            {form.serial ? (
              <p className="text-end tabular">
                {t('paper.serial')} {mark(form.serial, before?.serial ?? undefined)}
              </p>
            ) : null}
            <p className="text-end tabular">{form.date ? formatEra(form.date) : t('paper.undated')}</p>
            <p className="mt-4">
              {mark(t('paper.honorific', { name: form.addressee }), before ? t('paper.honorific', { name: before.addressee }) : undefined)}
            </p>
            <div className="paper-sender mt-4 flex items-center justify-end gap-4">
              <p className="min-w-0">
                {mark(form.office, before?.office)}
                <br />
                {mark(form.post, before?.post)}
                <span className="ms-[1em] inline-block">{mark(form.head, before?.head)}</span>
              </p>
              <span className="paper-seal" data-signed={form.signed} title={t('paper.sealHint')}>
                {form.signed ? t('paper.sealSigned') : t('paper.seal')}
              </span>
            </div>
          </div>
          <h3 className="paper-title">{mark(form.title ?? t('proper.form'), before ? (before.title ?? t('proper.form')) : undefined)}</h3>
          <p className="paper-sentence">
            {mark(form.sentence ?? t('paper.sentence'), before ? (before.sentence ?? t('paper.sentence')) : undefined)}
          </p>
          <p className="paper-ki">{t('paper.ki')}</p>
          <Items form={form} before={before} mark={mark} stretch={stretch ?? Number.POSITIVE_INFINITY} />
          <dl className="paper-terms">
            {terms.map(([label, now, old], index) => (
              <Fragment key={label}>
                <dt>
                  {index + 2} {label}
                </dt>
                <dd className="whitespace-pre-line">{mark(now, old)}</dd>
              </Fragment>
            ))}
          </dl>
        </div>
      </article>
    </div>
  );
}

function dueText(due: Date): string {
  const clock = formatDateTime(due, 'ja').slice(-5);
  return clock === '23:59' || clock === '00:00' ? formatEra(due) : `${formatEra(due)} ${clock}`;
}

function typeMark(now: PaperItem | null, old: PaperItem | null, mark: (now: string, old: string | undefined) => ReactNode): ReactNode {
  if (now && old) return mark(now.type, old.type);
  return now ? <ins>{now.type}</ins> : <del>{old?.type}</del>;
}

interface ItemsProps {
  form: PaperForm;
  before: PaperForm | undefined;
  mark: (now: string, old: string | undefined) => ReactNode;
  stretch: number;
}

function Items({ form, before, mark, stretch }: ItemsProps) {
  const { t: chosen, i18n } = useTranslation();
  const [shown, setShown] = useState(stretch);
  const pairs = pairItems(form.items, before?.items);
  const t = i18n.getFixedT('ja');
  const columns: [Exclude<keyof PaperItem, 'id' | 'type'>, string][] = [
    ['value', t('paper.columnValue')],
    ['period', t('paper.columnPeriod')],
    ['wanted', t('paper.columnWanted')],
    ['purpose', t('paper.columnPurpose')],
  ];
  let number = 0;
  return (
    <>
      <p className="mb-1">1 {t('paper.items')}</p>
      <table className="paper-items" data-periods={[...form.items, ...(before?.items ?? [])].some((item) => item.period)}>
        <thead>
          <tr>
            <th scope="col">{t('paper.columnNo')}</th>
            {columns.map(([key, label]) => (
              <th key={key} scope="col" data-column={key}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {pairs.slice(0, shown).map(({ now, before: old, change }) => {
            if (now) number += 1;
            return (
              <tr key={(now ?? old)?.id} data-change={change ?? undefined}>
                <td className="num" data-label={t('paper.columnNo')}>
                  {now ? `(${number})` : '―'}
                  {change === 'added' ? <ins className="block text-[0.8125rem]">{t('paper.added')}</ins> : null}
                  {change === 'removed' ? <span className="block text-[0.8125rem]">{t('paper.removed')}</span> : null}
                </td>
                {columns.map(([key, label]) => (
                  <td key={key} data-label={label} data-column={key}>
                    {key === 'value' ? <span className="paper-type">{typeMark(now, old, mark)}</span> : null}
                    {now && old && mark(now[key] || '―', old[key] || '―')}
                    {now && !old && <ins>{now[key] || '―'}</ins>}
                    {!now && old && <del>{old[key] || '―'}</del>}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
      {pairs.length > shown ? (
        <p lang={i18n.language} className="py-3 font-sans">
          <Button size="small" icon="down" onClick={() => setShown(Number.POSITIVE_INFINITY)}>
            {chosen('inq.showMore', { n: formatNumber(pairs.length - shown) })}
          </Button>
        </p>
      ) : null}
    </>
  );
}
