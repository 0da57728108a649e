// Parts that the provider's pages share: verified mark, due day, the law's judgement, the question of an item, the matter's facts and its acts.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem, restProblems } from '../../api/problem';
import { Banner, Button, cx, Icon, type IconName, Mark, Paper, RelativeTime } from '../../components';
import type { Tone } from '../../components/StateMark';
import { useBottomBar } from '../../hooks/useBottomBar';
import { language } from '../../i18n';
import { formatDate, formatDateTime, formatDayShort, formatNumber } from '../../i18n/format';
import { kItemsAtOnce } from '../matter/ItemsPanel';
import { paperOfVersion, usePaperWords } from '../matters/paper_form';
import { counterpartyName, periodText } from '../matters/words';
import type { Category, Disposition, Judgement, Matter, MatterItem, Outcome, Row } from './queries';
import { endOfDay, startOfDay, type Words } from './words';

const dispositions: Record<Disposition, readonly [Tone, IconName]> = {
  ACCEPT: ['good', 'check'],
  NEEDS_WARRANT: ['care', 'scale'],
  LEGAL_REVIEW: ['care', 'person'],
  RETURN: ['care', 'undo'],
  NARROW: ['care', 'narrow'],
};

export function DispositionMark({ disposition }: { disposition: Disposition }) {
  const { t } = useTranslation();
  const [tone, icon] = dispositions[disposition];
  return (
    <Mark tone={tone} icon={icon}>
      {t(`prov.disposition.${disposition}`)}
    </Mark>
  );
}

const outcomes: Record<Outcome, readonly [Tone, IconName]> = {
  ALLOW: ['good', 'check'],
  OWN_FORM: ['active', 'file'],
  PRESERVE: ['active', 'archive'],
  LOCATION_RULE: ['care', 'person'],
  PRESENT_DANGER_ONLY: ['care', 'alert'],
  LEGAL_REVIEW: ['care', 'person'],
  NEEDS_WARRANT: ['care', 'scale'],
  DENY: ['danger', 'ban'],
};

export function OutcomeMark({ outcome, words }: { outcome: Outcome; words: Words }) {
  const [tone, icon] = outcomes[outcome];
  return (
    <Mark tone={tone} icon={icon}>
      {words.outcome(outcome)}
    </Mark>
  );
}

// Whole editors of items, with choices and fields: more of them at once make a page slow and too long to read.
export const kEditorsAtOnce = 50;
const kNumbersNamed = 20;

// The numbers of items in a sentence, as many as one reads.
export function useNumbers(): (numbers: readonly number[]) => string {
  const { t } = useTranslation();
  return (numbers) => {
    const named = numbers.slice(0, kNumbersNamed).join(t('matter.comma'));
    const rest = numbers.length - kNumbersNamed;
    return rest > 0 ? t('prov.andMore', { items: named, n: formatNumber(rest) }) : named;
  };
}

// Beside the buttons: what is decided or counted is not wholly on the screen.
export function useNotAllShown(shown: number, total: number): string {
  const { t } = useTranslation();
  return shown < total ? ` ${t('matter.itemsShown', { n: formatNumber(shown), total: formatNumber(total) })}` : '';
}

// Every refusal that no field of the form shows.
export function Refusal({ error, fields = [] }: { error: unknown; fields?: readonly string[] }) {
  const problem = asProblem(error);
  if (!problem) return null;
  const rest = restProblems(problem, fields);
  if (rest.length === 0) return null;
  return (
    <Banner tone="danger">
      {rest.map((item) => (
        <p key={`${item.code}${item.where}`}>{item[language()]}</p>
      ))}
    </Banner>
  );
}

export function LoadFailed({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  const problem = asProblem(error);
  return (
    <Banner tone="danger" actions={<Button onClick={retry}>{t('app.retry')}</Button>}>
      {problem ? problem.text() : String(error)}
    </Banner>
  );
}

export function VerifiedMark({ state }: { state: Row['provider_state'] }) {
  const { t } = useTranslation();
  if (state === 'SUSPECT')
    return (
      <Mark tone="danger" icon="danger">
        {t('prov.suspect')}
      </Mark>
    );
  if (state === 'RECEIVED' || state === 'NONE')
    return (
      <Mark tone="plain" icon="clock">
        {t('prov.verifying')}
      </Mark>
    );
  return (
    <Mark tone="good" icon="shield">
      {t('prov.verified')}
    </Mark>
  );
}

export function DueText({ row, long }: { row: Row; long?: boolean }) {
  const { t } = useTranslation();
  if (!row.due) return null;
  const day = long ? formatDate(startOfDay(row.due)) : formatDayShort(startOfDay(row.due));
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-1">
      <span className={cx('tabular whitespace-nowrap', row.is_overdue && 'font-700 text-danger')}>{day}</span>
      {row.is_overdue ? (
        <Mark tone="danger" icon="danger">
          {t('state.agency.OVERDUE')}
        </Mark>
      ) : (
        <span className="text-dns-14N-130 text-sub">
          <RelativeTime at={endOfDay(row.due)} />
        </span>
      )}
      {row.urgency === 'URGENT' ? (
        <Mark tone="care" icon="alert">
          {t('prov.urgent')}
        </Mark>
      ) : null}
    </span>
  );
}

export function CategoryWords({ categories, words }: { categories: readonly Category[]; words: Words }) {
  return <span>{words.categories(categories)}</span>;
}

export function Terms({ rows, narrow }: { rows: readonly (readonly [string, ReactNode])[]; narrow?: boolean }) {
  return (
    <dl className={cx('grid gap-x-4 gap-y-2', narrow ? 'grid-cols-1' : 'sm:grid-cols-[fit-content(8rem)_minmax(0,1fr)]')}>
      {rows.map(([label, value]) => (
        <div key={label} className={cx('grid grid-cols-subgrid', !narrow && 'sm:col-span-2')}>
          <dt className="text-dns-14N-130 pt-0.5 text-sub">{label}</dt>
          <dd className="text-std-16N-170 min-w-0">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

// The item as asked: what, since when until when, which data, for what.
export function ItemQuestion({ item, words }: { item: MatterItem; words: Words }) {
  const { t } = useTranslation();
  const { selector, period, categories, purpose, asks_registration_address: registration } = item.item;
  return (
    <div className="space-y-3">
      <p>
        <span className="text-dns-14N-130 block text-sub">{words.selector(selector.input.type)}</span>
        <span className="text-std-18B-160 font-mono">{selector.display}</span>
      </p>
      <Terms
        rows={[
          [t('paper.columnWanted'), <CategoryWords key="w" categories={categories} words={words} />],
          [t('paper.columnPeriod'), period ? periodText(period) : t('prov.noPeriod')],
          [t('paper.columnPurpose'), purpose || '―'],
          ...(registration ? ([[t('prov.registrationLabel'), t('prov.registrationText')]] as const) : []),
        ]}
      />
    </div>
  );
}

// The law explains itself: outcome, article, one sentence why, what would make it possible.
export function JudgementBox({ judgement, words }: { judgement: Judgement | undefined; words: Words }) {
  const { t } = useTranslation();
  if (!judgement) return null;
  const ja = language() === 'ja';
  const possible = ja ? judgement.possible_ja : judgement.possible_en;
  const allowed = judgement.outcome === 'ALLOW';
  return (
    <section
      aria-label={t('prov.judgement')}
      className={cx('rounded-8 border-s-4 bg-shade py-3 ps-4 pe-4', allowed ? 'border-good' : 'border-care-line')}
    >
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="text-dns-14B-130">{t('prov.judgement')}</span>
        <OutcomeMark outcome={judgement.outcome} words={words} />
        {judgement.by_house_rule ? (
          <Mark tone="active" icon="building">
            {t('prov.byHouseRule')}
          </Mark>
        ) : null}
      </p>
      <p className="mt-2">{ja ? judgement.ja : judgement.en}</p>
      {judgement.reclassified ? (
        <p className="text-dns-14N-130 mt-1 text-care">
          {t('prov.reclassified', { asked: words.category(judgement.asked_category), now: words.category(judgement.effective_category) })}
        </p>
      ) : null}
      {possible ? (
        <p className="mt-1">
          <span className="text-dns-14B-130 me-2">{allowed ? t('prov.note') : t('prov.possible')}</span>
          {possible}
        </p>
      ) : null}
      <p className="text-dns-14N-130 mt-2 text-sub">
        {t('prov.article', { article: ja ? judgement.article_ja : judgement.article_en, rule: judgement.rule_id })}
        {judgement.verified ? '' : t('prov.unverified')}
      </p>
    </section>
  );
}

// Organisation first, then the approver: nothing is shown of a matter before these hold.
export function Verification({ matter }: { matter: Matter }) {
  const { t } = useTranslation();
  const suspect = matter.row.provider_state === 'SUSPECT';
  const known = ['organisation_signature', 'approver_signature', 'approver_role', 'registrar_signature', 'text', 'separation', 'number'] as const;
  const steps = matter.verification.map((step) => ({
    ...step,
    label: known.some((name) => name === step.name) ? t(`prov.step.${step.name as (typeof known)[number]}`) : step.name,
  }));
  return (
    <section
      aria-labelledby="verification"
      className={cx('fc-edge rounded-8 border p-4', suspect ? 'border-danger bg-danger-soft' : 'border-good-line bg-good-soft')}
    >
      <h2 id="verification" className={cx('text-dns-16B-130 flex items-center gap-2', suspect ? 'text-danger-strong' : 'text-good')}>
        <Icon name={suspect ? 'danger' : 'shield'} />
        {suspect ? t('prov.suspectTitle') : t('prov.verified')}
      </h2>
      {suspect ? <p className="mt-2">{t('prov.suspectText')}</p> : null}
      <ul className="text-dns-14N-130 mt-3 space-y-1.5">
        {steps.map((step) => (
          <li key={step.name} className="flex items-start gap-2">
            <Icon name={step.ok ? 'check' : 'cross'} size={16} className={cx('mt-px', step.ok ? 'text-good' : 'text-danger')} />
            <span>
              {step.label}
              <span className="sr-only">: {step.ok ? t('prov.stepOk') : t('prov.stepFailed')}</span>
              {step.detail ? <span className="block text-sub">{step.detail}</span> : null}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function MatterPaper({ matter }: { matter: Matter }) {
  const words = usePaperWords();
  if (!matter.current) return null;
  const before = matter.previous ? paperOfVersion(matter.previous, words) : undefined;
  return <Paper form={paperOfVersion(matter.current, words)} before={before} stretch={kItemsAtOnce} />;
}

// Who asks, by when, whom to call.
export function MatterFacts({ matter }: { matter: Matter }) {
  const { t } = useTranslation();
  const { row, current } = matter;
  const officer = current?.text.officer;
  const rows: (readonly [string, ReactNode])[] = [
    [t('prov.from'), counterpartyName(row)],
    [t('paper.due'), <DueText key="d" row={row} long />],
  ];
  if (row.dispatched) rows.push([t('prov.dispatchedAt'), formatDateTime(new Date(row.dispatched))]);
  if (current)
    rows.push([t('prov.approver'), `${current.approver_post} ${current.approver_name}${current.by_delegate ? ` (${t('prov.byDelegate')})` : ''}`]);
  if (officer)
    rows.push([
      t('paper.officer'),
      <span key="o">
        {officer.section} {officer.post} {officer.name}
        <br />
        <span className="tabular">
          {officer.telephone} {officer.extension ? t('paper.extension', { n: officer.extension }) : ''}
        </span>
      </span>,
    ]);
  if (current?.text.offence) rows.push([t('paper.offence'), current.text.offence]);
  if (current?.text.answer_how)
    rows.push([
      t('paper.answerHow'),
      <span lang="ja" key="how">
        {current.text.answer_how}
      </span>,
    ]);
  if (current?.text.confidentiality) rows.push([t('paper.confidential'), current.text.confidentiality.reason || t('prov.confidentialAsked')]);
  if (matter.assigned.length > 0) rows.push([t('prov.assignedTo'), matter.assigned.map((person) => person.name).join(t('matter.comma'))]);
  return (
    <section aria-labelledby="facts" className="rounded-8 border border-line p-4">
      <h2 id="facts" className="text-dns-16B-130 pb-3">
        {t('prov.factsTitle')}
      </h2>
      <Terms rows={rows} narrow />
    </section>
  );
}

export function BackTo({ to, children }: { to: string; children: string }) {
  return (
    <Link
      to={to}
      className="text-dns-16N-130 inline-flex min-h-11 items-center gap-1 rounded-4 text-accent underline underline-offset-4 hover:decoration-2"
    >
      <Icon name="left" size={16} />
      {children}
    </Link>
  );
}

// The actions stay in reach at the bottom of a long page.
export function ActionBar({ children, note }: { children: ReactNode; note?: ReactNode }) {
  const { t } = useTranslation();
  const bar = useBottomBar();
  return (
    <section
      ref={bar}
      aria-label={t('prov.actions')}
      className="no-print sticky bottom-0 z-10 -mx-4 flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line bg-white px-4 py-3 sm:-mx-6 sm:px-6 lg:-mx-8 lg:px-8"
    >
      {note ? <div className="text-dns-14N-130 min-w-0 basis-full text-sub sm:flex-1 sm:basis-0">{note}</div> : null}
      <div className="ms-auto flex flex-wrap items-start gap-3">{children}</div>
    </section>
  );
}

export function nameOfState(state: Row['provider_state']): 'RECEIVED' | Exclude<Row['provider_state'], 'NONE'> {
  return state === 'NONE' ? 'RECEIVED' : state;
}
