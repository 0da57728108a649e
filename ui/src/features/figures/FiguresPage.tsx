// 統計: times (median and 95th percentile), per organisation, per category and per month, and cost; then the half-year table fit to be published.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem } from '../../api/problem';
import { lawQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import {
  Banner,
  BarChart,
  Button,
  type Column,
  DataTable,
  DateField,
  EmptyState,
  LineChart,
  Page,
  RankChart,
  Select,
  Skeleton,
} from '../../components';
import { formatNumber } from '../../i18n/format';
import { inTongue, today } from '../matters/words';
import { FileLink, inUnit, recentHalves, spanText, Tile, withoutIdleStart } from './parts';

type Statistics = Schema<'Statistics'>;

const kHour = 3_600;
const kDay = 24 * kHour;

export function FiguresPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { from?: string; until?: string };
  const from = search.from ?? `${today().slice(0, 4)}-01-01`;
  const until = search.until ?? today();
  const figures = useQuery({
    queryKey: ['figures', from, until],
    queryFn: ({ signal }) => take(api.GET('/api/figures', { params: { query: { from, until } }, signal })),
  });
  const problem = asProblem(figures.error);
  const set = (change: { from?: string; until?: string }) => void navigate({ to: '/figures', search: { from, until, ...change }, replace: true });
  return (
    <Page
      title={t('nav.figures')}
      lead={t('figures.lead')}
      actions={
        <Button size="small" icon="print" onClick={() => print()}>
          {t('action.print')}
        </Button>
      }
    >
      <div className="no-print flex flex-wrap items-start gap-4">
        <DateField
          label={t('figures.from')}
          value={from}
          max={until}
          onChange={(day) => day && set({ from: day })}
          error={fieldProblem(problem, '/from')}
        />
        <DateField
          label={t('figures.until')}
          value={until}
          min={from}
          onChange={(day) => day && set({ until: day })}
          error={fieldProblem(problem, '/until')}
        />
      </div>
      {problem ? (
        <Banner tone="danger" actions={<Button onClick={() => void figures.refetch()}>{t('app.retry')}</Button>}>
          {problem.text()}
        </Banner>
      ) : null}
      {figures.data ? <Figures view={figures.data} /> : problem ? null : <Skeleton lines={8} />}
      <PublicTable />
    </Page>
  );
}

function Figures({ view }: { view: Schema<'FiguresView'> }) {
  const { t } = useTranslation();
  const figures = view.figures;
  const categoryName = useCategoryName();
  if (figures.inquiries === 0)
    return (
      <EmptyState icon="chart" title={t('figures.none')}>
        {t('figures.noneText')}
      </EmptyState>
    );
  const months = withoutIdleStart(figures.by_month).map((one) => ({ ...one, label: one.month.slice(2).replace('-', '/') }));
  const isQuick = months.every((one) => (one.to_answer.median ?? 0) < 2 * kDay);
  return (
    <div className="space-y-6">
      <Tiles figures={figures} />
      <div className="grid gap-4 lg:grid-cols-2">
        <BarChart
          title={t('figures.perMonth')}
          unit={t('figures.unitInquiries')}
          labelHeader={t('figures.month')}
          points={months.map((one) => ({ label: one.label, value: one.inquiries }))}
        />
        <LineChart
          title={t('figures.medianPerMonth')}
          unit={isQuick ? t('figures.unitHours') : t('figures.unitDays')}
          labelHeader={t('figures.month')}
          points={months.map((one) => ({ label: one.label, value: inUnit(one.to_answer.median, isQuick ? kHour : kDay) }))}
        />
        <BarChart
          title={t('figures.minutesPerMonth')}
          unit={t('figures.unitMinutes')}
          labelHeader={t('figures.month')}
          points={months.map((one) => ({ label: one.label, value: one.minutes }))}
        />
        <BarChart
          title={t('figures.yenPerMonth')}
          unit={t('figures.unitYen')}
          labelHeader={t('figures.month')}
          points={months.map((one) => ({ label: one.label, value: one.yen }))}
        />
        <div className="lg:col-span-2">
          <RankChart
            title={t('figures.perCategory')}
            unit={t('figures.unitInquiries')}
            labelHeader={t('figures.category')}
            points={figures.by_category.map((one) => ({ label: categoryName(one.category), value: one.inquiries }))}
          />
        </div>
      </div>
      <Parties view={view} />
      <div className="grid gap-6 lg:grid-cols-2">
        <States figures={figures} />
        <Categories figures={figures} />
      </div>
    </div>
  );
}

function Tiles({ figures }: { figures: Statistics }) {
  const { t } = useTranslation();
  const p95 = (seconds: number | undefined) => t('figures.p95Of', { span: spanText(seconds) });
  return (
    <dl className="grid grid-cols-2 gap-3 md:grid-cols-4">
      <Tile label={t('figures.inquiries')} note={t('figures.itemsOf', { n: formatNumber(figures.items) })}>
        {formatNumber(figures.inquiries)}
      </Tile>
      <Tile label={t('figures.answered')} note={t('figures.openOf', { n: formatNumber(figures.open) })}>
        {formatNumber(figures.answered)}
      </Tile>
      <Tile label={t('figures.toAnswer')} note={p95(figures.to_answer.p95)}>
        {spanText(figures.to_answer.median)}
      </Tile>
      <Tile label={t('figures.overdue')} note={t('figures.lateOf', { n: formatNumber(figures.late) })} danger={figures.overdue > 0}>
        {formatNumber(figures.overdue)}
      </Tile>
      <Tile label={t('figures.toDelivery')} note={p95(figures.to_delivery.p95)}>
        {spanText(figures.to_delivery.median)}
      </Tile>
      <Tile label={t('figures.toAcceptance')} note={p95(figures.to_acceptance.p95)}>
        {spanText(figures.to_acceptance.median)}
      </Tile>
      <Tile label={t('figures.needsWarrant')} note={t('figures.shareOf', { n: formatNumber(figures.needs_warrant_permille / 10) })}>
        {formatNumber(figures.needs_warrant)}
      </Tile>
      <Tile label={t('figures.cost')} note={t('figures.yenOf', { n: formatNumber(figures.yen) })}>
        {spanText(figures.minutes * 60)}
      </Tile>
    </dl>
  );
}

function Parties({ view }: { view: Schema<'FiguresView'> }) {
  const { t } = useTranslation();
  const { side } = useSession();
  const name = (id: string) => {
    const found = view.organisations.find((one) => one.id === id);
    return found ? inTongue(found.name_ja, found.name_en) : id;
  };
  type Party = Schema<'PartyFigures'>;
  const number = (id: keyof Party & string, label: string, of: (row: Party) => number): Column<Party> => ({
    id,
    label,
    numeric: true,
    cell: (row) => formatNumber(of(row)),
    sortBy: of,
  });
  const columns: Column<Party>[] = [
    {
      id: 'organisation',
      label: side === 'AGENCY' ? t('matter.addressee') : t('matter.asker'),
      main: true,
      cell: (row) => name(row.organisation),
      sortBy: (row) => name(row.organisation),
    },
    number('inquiries', t('figures.inquiries'), (row) => row.inquiries),
    number('items', t('figures.items'), (row) => row.items),
    number('answered', t('figures.answered'), (row) => row.answered),
    number('late', t('figures.late'), (row) => row.late),
    {
      id: 'median',
      label: t('figures.median'),
      numeric: true,
      cell: (row) => spanText(row.to_answer.median),
      sortBy: (row) => row.to_answer.median ?? null,
    },
    { id: 'p95', label: t('figures.p95'), numeric: true, cell: (row) => spanText(row.to_answer.p95), sortBy: (row) => row.to_answer.p95 ?? null },
    number('minutes', t('figures.minutesSpent'), (row) => row.minutes),
    number('yen', t('figures.yen'), (row) => row.yen),
  ];
  return (
    <DataTable
      caption={t('figures.perParty')}
      columns={columns}
      rows={view.figures.by_party}
      rowId={(row) => row.organisation}
      rowName={(row) => name(row.organisation)}
      keys={false}
    />
  );
}

function States({ figures }: { figures: Statistics }) {
  const { t } = useTranslation();
  type State = Schema<'StateCount'>;
  const word = (row: State) => (row.state === 'NONE' || row.state === 'ORAL' ? '―' : t(`state.agency.${row.state}`));
  return (
    <DataTable
      caption={t('figures.perState')}
      columns={[
        { id: 'state', label: t('matter.state'), main: true, cell: word },
        { id: 'inquiries', label: t('figures.inquiries'), numeric: true, cell: (row) => formatNumber(row.inquiries) },
      ]}
      rows={figures.by_state}
      rowId={(row) => row.state}
      rowName={word}
      keys={false}
    />
  );
}

function useCategoryName(): (code: Schema<'Category'>) => string {
  const law = useQuery(lawQuery).data;
  return (code) => {
    const found = law?.categories.find((one) => one.code === code);
    return found ? inTongue(found.name_ja, found.name_en) : code;
  };
}

function Categories({ figures }: { figures: Statistics }) {
  const { t } = useTranslation();
  const name = useCategoryName();
  const word = (row: Schema<'CategoryFigures'>) => name(row.category);
  return (
    <DataTable
      caption={t('figures.categories')}
      columns={[
        { id: 'category', label: t('figures.category'), main: true, cell: word },
        { id: 'inquiries', label: t('figures.inquiries'), numeric: true, cell: (row) => formatNumber(row.inquiries) },
        { id: 'warrant', label: t('figures.needsWarrant'), numeric: true, cell: (row) => formatNumber(row.needs_warrant) },
      ]}
      rows={figures.by_category}
      rowId={(row) => row.category}
      rowName={word}
      keys={false}
    />
  );
}

function PublicTable() {
  const { t } = useTranslation();
  const halves = recentHalves(6);
  const [period, setPeriod] = useState(halves[0] ?? '');
  const table = useQuery({
    queryKey: ['figures', 'public', period],
    queryFn: ({ signal }) => take(api.GET('/api/figures/public', { params: { query: { period } }, signal })),
  });
  const problem = asProblem(table.error);
  const halfName = (half: string) => t(half.endsWith('H1') ? 'figures.firstHalf' : 'figures.secondHalf', { year: half.slice(0, 4) });
  return (
    <section aria-labelledby="public-table" className="space-y-4">
      <h2 id="public-table" className="text-std-20B-150">
        {t('figures.public')}
      </h2>
      <p className="text-read text-sub">{t('figures.publicText')}</p>
      <div className="no-print flex flex-wrap items-end gap-4">
        <Select
          label={t('figures.halfYear')}
          choices={halves.map((half) => ({ id: half, label: halfName(half) }))}
          value={period}
          onChange={setPeriod}
          className="w-56"
        />
        <FileLink href={`/api/figures/public.csv?period=${period}`}>{t('figures.csv')}</FileLink>
      </div>
      {problem ? <Banner tone="danger">{problem.text()}</Banner> : null}
      {table.data ? (
        <>
          {table.data.is_final ? null : <Banner tone="info">{t('figures.notFinal')}</Banner>}
          <DataTable
            caption={halfName(table.data.period)}
            columns={[
              { id: 'what', label: t('figures.what'), main: true, cell: (row) => inTongue(row.ja, row.en) },
              { id: 'shown', label: t('chart.value'), numeric: true, cell: (row) => row.shown },
            ]}
            rows={table.data.rows}
            rowId={(row) => `${row.section}.${row.key}`}
            rowName={(row) => inTongue(row.ja, row.en)}
            keys={false}
          />
        </>
      ) : problem ? null : (
        <Skeleton lines={6} />
      )}
    </section>
  );
}
