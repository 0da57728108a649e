// One statement: at an agency first what its register says to it, unknown inquiries in red; then every line, as on the paper.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem, restProblems } from '../../api/problem';
import { useSession } from '../../api/session';
import { useWrite } from '../../api/use_write';
import { Banner, Button, type Column, DataTable, Icon, Mark, Page, Skeleton, TextField, useNotify } from '../../components';
import { language } from '../../i18n';
import { formatDateTime, formatDayShort, formatNumber } from '../../i18n/format';
import { inTongue } from '../matters/words';
import { FileLink, monthName, spanText, Tile } from './parts';
import { StatementMark } from './StatementsPage';

type Line = Schema<'StatementLine'>;
type Difference = Schema<'ReconciliationLine'>;

const at = (text: string | undefined) => (text ? formatDateTime(new Date(text)) : '―');

// In a table: day and clock under one another.
function Moment({ text }: { text: string | undefined }) {
  if (!text) return '―';
  const moment = new Date(text);
  return (
    <time dateTime={text} title={formatDateTime(moment)} className="tabular">
      {formatDayShort(moment)} <span className="text-sub">{formatDateTime(moment).slice(-5)}</span>
    </time>
  );
}

export function StatementPage() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id: string };
  const { side, role } = useSession();
  const path = { statement: id };
  const statement = useQuery({
    queryKey: ['statements', id],
    queryFn: ({ signal }) => take(api.GET('/api/statements/{statement}', { params: { path }, signal })),
  });
  const problem = asProblem(statement.error);
  const view = statement.data;
  const row = view?.statement;
  const title = row ? t('figures.statementOf', { month: monthName(row.head.month) }) : t('nav.statements');
  return (
    <Page
      title={title}
      mark={row ? <StatementMark row={row} /> : undefined}
      lead={row ? inTongue(row.counterparty_name_ja, row.counterparty_name_en) : undefined}
      actions={
        <>
          <FileLink href={`/api/statements/${id}/paper.pdf?language=${language().toUpperCase()}`}>{t('figures.pdf')}</FileLink>
          <FileLink href={`/api/statements/${id}/table.csv`}>{t('figures.csv')}</FileLink>
        </>
      }
    >
      <p className="no-print">
        <Link to="/statements" className="text-accent underline underline-offset-4">
          {t('figures.toStatements')}
        </Link>
      </p>
      {problem ? (
        <Banner tone="danger" actions={<Button onClick={() => void statement.refetch()}>{t('app.retry')}</Button>}>
          {problem.text()}
        </Banner>
      ) : null}
      {view ? (
        <>
          {view.statement.head.is_provisional ? <Banner tone="info">{t('figures.provisionalText')}</Banner> : null}
          {side === 'AGENCY' ? <Reconciliation id={id} /> : null}
          {role === 'auditor' && view.statement.head.unknown > 0 && !view.statement.head.examined ? <Examine id={id} /> : null}
          <Lines view={view} />
        </>
      ) : problem ? null : (
        <Skeleton lines={8} />
      )}
    </Page>
  );
}

function Reconciliation({ id }: { id: string }) {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ['statements', id, 'reconciliation'],
    queryFn: ({ signal }) => take(api.GET('/api/statements/{statement}/reconciliation', { params: { path: { statement: id } }, signal })),
  });
  const problem = asProblem(query.error);
  if (problem) return <Banner tone="danger">{problem.text()}</Banner>;
  if (!query.data) return <Skeleton lines={4} />;
  const result = query.data.result;
  return (
    <section aria-labelledby="reconciliation" className="space-y-4">
      <h2 id="reconciliation" className="text-std-20B-150">
        {t('figures.reconciliation')}
      </h2>
      {result.unknown > 0 ? (
        <Banner tone="danger" title={t('figures.unknownTitle', { n: formatNumber(result.unknown) })}>
          {t('figures.unknownText')}
        </Banner>
      ) : null}
      {result.lines.length === 0 ? (
        <p className="text-dns-16B-130 flex items-center gap-2 text-good">
          <Icon name="checkCircle" />
          {t('figures.allAgree', { n: formatNumber(result.agreed) })}
        </p>
      ) : (
        <>
          <dl className="grid grid-cols-2 gap-3 md:grid-cols-4">
            <Tile label={t('figures.difference.UNKNOWN')} danger={result.unknown > 0}>
              {formatNumber(result.unknown)}
            </Tile>
            <Tile label={t('figures.difference.MISSING')}>{formatNumber(result.missing)}</Tile>
            <Tile label={t('figures.difference.DIFFERENT')}>{formatNumber(result.different)}</Tile>
            <Tile label={t('figures.agreed')}>{formatNumber(result.agreed)}</Tile>
          </dl>
          <Differences lines={result.lines} />
        </>
      )}
    </section>
  );
}

function Differences({ lines }: { lines: readonly Difference[] }) {
  const { t } = useTranslation();
  const state = (code: Difference['our_state']) => (code && code !== 'NONE' && code !== 'ORAL' ? t(`state.agency.${code}`) : '―');
  const columns: Column<Difference>[] = [
    {
      id: 'number',
      label: t('matter.number'),
      main: true,
      cell: (row) =>
        row.difference === 'UNKNOWN' ? (
          row.number
        ) : (
          <Link to="/matters/$id" params={{ id: row.matter }} className="text-accent underline underline-offset-4">
            {row.number}
          </Link>
        ),
    },
    {
      id: 'difference',
      label: t('figures.result'),
      cell: (row) => (
        <Mark tone={row.difference === 'UNKNOWN' ? 'danger' : 'care'} icon={row.difference === 'UNKNOWN' ? 'danger' : 'alert'}>
          {t(`figures.difference.${row.difference}`)}
        </Mark>
      ),
    },
    {
      id: 'fields',
      label: t('figures.fields'),
      cell: (row) => row.fields.map((field) => t(`figures.field.${field}`)).join(t('matter.comma')) || '―',
    },
    {
      id: 'theirs',
      label: t('figures.theirs'),
      cell: (row) => (row.difference === 'MISSING' ? '―' : `${state(row.their_state)} ${at(row.their_answered)}`),
    },
    { id: 'ours', label: t('figures.ours'), cell: (row) => (row.difference === 'UNKNOWN' ? '―' : `${state(row.our_state)} ${at(row.our_answered)}`) },
    { id: 'dispatched', label: t('figures.dispatched'), nowrap: true, cell: (row) => at(row.dispatched) },
  ];
  return (
    <DataTable
      caption={t('figures.differences')}
      captionHidden
      columns={columns}
      rows={lines}
      rowId={(row) => row.matter}
      rowName={(row) => row.number}
      keys={false}
    />
  );
}

// What the audit found out about unknown inquiries; it ends the alarm and stays as an act.
function Examine({ id }: { id: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const notify = useNotify();
  const [text, setText] = useState('');
  const write = useWrite(
    (body: Schema<'FindingCommand'>, headers) =>
      take(api.POST('/api/statements/{statement}/findings', { params: { path: { statement: id } }, body, headers })),
    () => {
      notify(t('figures.examinedToast'));
      void client.invalidateQueries({ queryKey: ['statements'] });
      void client.invalidateQueries({ queryKey: ['desk'] });
    },
  );
  const problem = asProblem(write.error);
  const rest = restProblems(problem, ['/text']);
  return (
    <section aria-labelledby="examine" className="space-y-4 rounded-8 border border-line p-4">
      <h2 id="examine" className="text-std-20B-150">
        {t('figures.examine')}
      </h2>
      {rest.length > 0 ? <Banner tone="danger">{rest.map((item) => item[language()]).join('\n')}</Banner> : null}
      <TextField
        label={t('figures.findingText')}
        help={t('figures.findingHelp')}
        value={text}
        onChange={setText}
        error={fieldProblem(problem, '/text')}
        required
        rows={3}
      />
      <Button kind="primary" busy={write.isPending} onClick={() => write.mutate({ rule: 'STATEMENT_UNKNOWN', text })}>
        {t('figures.recordFinding')}
      </Button>
    </section>
  );
}

function Lines({ view }: { view: Schema<'StatementView'> }) {
  const { t } = useTranslation();
  const { side } = useSession();
  const word = (row: Line) => (row.state === 'NONE' || row.state === 'ORAL' ? '―' : t(`state.agency.${row.state}`));
  const columns: Column<Line>[] = [
    { id: 'number', label: t('matter.number'), main: true, cell: (row) => row.number, sortBy: (row) => row.number },
    { id: 'serial', label: t('figures.serial'), nowrap: true, cell: (row) => `${row.form}-${String(row.serial).padStart(5, '0')}` },
    { id: 'office', label: t('figures.office'), cell: (row) => row.office || '―' },
    { id: 'received', label: t('figures.received'), cell: (row) => <Moment text={row.received} />, sortBy: (row) => row.received },
    { id: 'items', label: t('figures.items'), numeric: true, cell: (row) => formatNumber(row.items) },
    {
      id: 'state',
      label: t('matter.state'),
      nowrap: true,
      cell: (row) =>
        row.is_suspect ? (
          <Mark tone="danger" icon="danger">
            {t('state.provider.SUSPECT')}
          </Mark>
        ) : (
          word(row)
        ),
    },
    { id: 'answered', label: t('figures.answeredAt'), cell: (row) => <Moment text={row.answered} />, sortBy: (row) => row.answered ?? null },
    { id: 'minutes', label: t('figures.minutesSpent'), numeric: true, cell: (row) => formatNumber(row.minutes), sortBy: (row) => row.minutes },
    { id: 'yen', label: t('figures.yen'), numeric: true, cell: (row) => formatNumber(row.yen), sortBy: (row) => row.yen },
  ];
  return (
    <section aria-labelledby="lines" className="space-y-4">
      <h2 id="lines" className="text-std-20B-150">
        {side === 'AGENCY' ? t('figures.linesTheirs') : t('figures.lines')}
      </h2>
      <p className="tabular">
        {t('figures.totals', {
          inquiries: formatNumber(view.lines.length),
          items: formatNumber(view.items),
          span: spanText(view.minutes * 60),
          yen: formatNumber(view.yen),
        })}
      </p>
      <DataTable
        caption={t('figures.lines')}
        captionHidden
        columns={columns}
        rows={view.lines}
        rowId={(row) => row.matter}
        rowName={(row) => row.number}
        empty={<p className="py-6 text-sub">{t('figures.noLines')}</p>}
      />
    </section>
  );
}
