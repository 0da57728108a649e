// 交付簿: one register (office, kind of form, year) as the office keeps it: every serial, the gap check at the top, spoiled ones struck out with
// their reason, no paging; printed it is the register's page.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem } from '../../api/problem';
import { lawQuery, peopleQuery, unitsQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import { Banner, Button, cx, EmptyState, Icon, Page, Select, Skeleton } from '../../components';
import { language } from '../../i18n';
import { formatDayShort, formatNumber } from '../../i18n/format';
import { FileLink } from '../figures/parts';
import { NamePair, Subject } from '../matters/marks';
import { dayOf, inTongue, today } from '../matters/words';

type Line = Schema<'RegisterLine'>;
const kFirstYear = 2026;

export function RegisterPage() {
  const { t } = useTranslation();
  const session = useSession();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { office?: string; form?: 'A' | 'B' | 'C'; year?: number };
  const allUnits = useQuery(unitsQuery);
  const units = allUnits.data ?? [];
  const me = useQuery(peopleQuery).data?.find((one) => one.id === session.person);
  const law = useQuery(lawQuery).data;
  const offices = units.filter((one) => one.is_register_office);
  const own = units.find((one) => one.id === me?.unit);
  const office = search.office ?? (own?.is_register_office ? own.id : own?.register_office) ?? offices[0]?.id ?? '';
  const form = search.form ?? 'A';
  const thisYear = Number(today().slice(0, 4));
  const year = search.year ?? thisYear;
  const register = useQuery({
    queryKey: ['register', office, form, year],
    queryFn: ({ signal }) => take(api.GET('/api/registers/{office}', { params: { path: { office }, query: { form, year } }, signal })),
    enabled: office !== '',
  });
  const set = (change: typeof search) => void navigate({ to: '/register', search: { office, form, year, ...change }, replace: true });
  const problem = asProblem(register.error ?? allUnits.error);
  const view = register.data;
  const years = Array.from({ length: Math.max(1, thisYear - kFirstYear + 1) }, (_, index) => thisYear - index);
  const kinds = law?.forms ?? [];
  return (
    <Page
      title={t('nav.register')}
      lead={t('register.lead')}
      actions={
        <>
          {office ? (
            <>
              <FileLink href={`/api/registers/${office}/paper.pdf?form=${form}&year=${year}&language=${language().toUpperCase()}`}>
                {t('figures.pdf')}
              </FileLink>
              <FileLink href={`/api/registers/${office}/table.csv?form=${form}&year=${year}`}>{t('figures.csv')}</FileLink>
            </>
          ) : null}
          <Button size="small" icon="print" onClick={() => print()}>
            {t('action.print')}
          </Button>
        </>
      }
    >
      <div className="no-print flex flex-wrap items-end gap-4">
        {offices.length > 1 && session.role === 'auditor' ? (
          <Select
            label={t('register.office')}
            choices={offices.map((one) => ({ id: one.id, label: inTongue(one.name_ja, one.name_en) }))}
            value={office}
            onChange={(value) => set({ office: value })}
            className="w-72"
          />
        ) : null}
        <Select
          label={t('register.year')}
          choices={years.map((one) => ({ id: String(one), label: t('register.yearOf', { year: String(one) }) }))}
          value={String(year)}
          onChange={(value) => set({ year: Number(value) })}
          className="w-40"
        />
      </div>
      <nav aria-label={t('register.kind')} className="no-print flex gap-1 overflow-x-auto border-b border-line">
        {kinds.map((one) => (
          <Link
            key={one.code}
            to="/register"
            search={{ office, form: one.code, year }}
            aria-current={one.code === form ? 'page' : undefined}
            className={cx(
              'text-dns-16N-130 flex min-h-12 items-center rounded-t-8 border-b-4 px-4 py-2 whitespace-nowrap outline-offset-[-4px] hover:bg-shade',
              one.code === form ? 'border-accent font-700 text-accent' : 'border-transparent text-sub',
            )}
          >
            {one.code} {inTongue(one.name_ja, one.name_en)}
          </Link>
        ))}
      </nav>
      {problem ? (
        <Banner tone="danger" actions={<Button onClick={() => void (allUnits.error ? allUnits : register).refetch()}>{t('app.retry')}</Button>}>
          {problem.text()}
        </Banner>
      ) : null}
      {view ? (
        <Register view={view} />
      ) : problem ? null : allUnits.data && office === '' ? (
        <EmptyState icon="book" title={t('register.noOffice')}>
          {t('register.noOfficeText')}
        </EmptyState>
      ) : (
        <Skeleton lines={10} />
      )}
    </Page>
  );
}

function Register({ view }: { view: Schema<'RegisterView'> }) {
  const { t } = useTranslation();
  const last = view.lines.at(-1)?.numbering.serial ?? 0;
  if (view.lines.length === 0)
    return (
      <EmptyState icon="book" title={t('register.empty')}>
        {t('register.emptyText')}
      </EmptyState>
    );
  return (
    <div className="space-y-4">
      <h2 className="text-std-20B-150">
        <NamePair ja={view.office_name} en={view.office_name_en} />
        {t('register.heading', { year: String(view.year), form: view.form })}
      </h2>
      {view.gaps.length === 0 ? (
        <p className="text-dns-16B-130 flex items-center gap-2 text-good">
          <Icon name="checkCircle" />
          {t('register.noGaps', { last: formatNumber(last) })}
        </p>
      ) : (
        <Banner tone="danger" title={t('register.gaps', { n: formatNumber(view.gaps.length), count: view.gaps.length })}>
          {view.gaps.join(t('matter.comma'))}
        </Banner>
      )}
      <RegisterTable lines={view.lines} />
    </div>
  );
}

function RegisterTable({ lines }: { lines: readonly Line[] }) {
  const { t } = useTranslation();
  const at = (text: string | undefined) => (text ? <time dateTime={text}>{formatDayShort(new Date(text))}</time> : '―');
  const heads = [
    'serial',
    'document',
    'issuedTo',
    'case',
    'addressee',
    'items',
    'approver',
    'approved',
    'dispatched',
    'delivered',
    'due',
    'answered',
    'answer',
    'note',
  ] as const;
  const note = (line: Line) => {
    if (line.state === 'SPOILED') return t('register.spoiled', { reason: line.reason });
    if (line.state === 'SUPERSEDED') return t('register.superseded');
    return line.purged ? t('register.purged') : '';
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the keyboard
    <section aria-label={t('nav.register')} tabIndex={0} className="register print-wide scroll-cue max-w-full overflow-x-auto rounded-4">
      <table className="text-dns-14N-130 w-full border-collapse">
        <caption className="sr-only">{t('nav.register')}</caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col" className="wrap-normal border border-edge bg-shade px-2 py-2 text-start align-bottom">
                {t(`register.head.${head}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="tabular">
          {lines.map((line) => {
            const gone = line.state !== 'ISSUED';
            const cell = cx('border border-line px-2 py-2 align-top', gone && 'text-sub');
            const struck = cx(cell, line.state === 'SPOILED' && 'line-through');
            return (
              <tr key={line.numbering.serial}>
                <th scope="row" className={cx(struck, 'text-start font-400 whitespace-nowrap')}>
                  {line.numbering.form}-{String(line.numbering.serial).padStart(5, '0')}
                </th>
                <td className={cx(struck, 'min-w-28')}>
                  <Link to="/matters/$id" params={{ id: line.matter }} className="text-accent underline underline-offset-4">
                    {line.numbering.document_number}
                  </Link>
                </td>
                <td className={cx(cell, 'whitespace-nowrap')}>{line.issued_to ?? '―'}</td>
                <td className={cx(cell, 'whitespace-nowrap')}>{line.case_number || '―'}</td>
                <td className={cx(cell, 'min-w-32')}>
                  <NamePair ja={line.addressee} en={line.addressee_en} />
                </td>
                <td className={cx(cell, 'min-w-36')}>
                  <Subject text={line.items} />
                </td>
                <td className={cx(cell, 'whitespace-nowrap')}>{line.approver || '―'}</td>
                <td className={cx(cell, 'whitespace-nowrap')}>{at(line.approved)}</td>
                <td className={cx(cell, 'whitespace-nowrap')}>{at(line.dispatched)}</td>
                <td className={cx(cell, 'whitespace-nowrap')}>{at(line.delivered)}</td>
                <td className={cx(cell, 'whitespace-nowrap')}>
                  {line.due ? <time dateTime={line.due}>{formatDayShort(dayOf(line.due))}</time> : '―'}
                </td>
                <td className={cx(cell, 'whitespace-nowrap')}>{at(line.answered)}</td>
                <td className={cell}>{line.answer ? t(`state.agency.${line.answer as 'ANSWERED'}`) : '―'}</td>
                <td className={cx(cell, 'min-w-32')}>{note(line)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
