// 月次照合: a provider issues its statement of a month to an agency; the agency sees the statements it received and which of them alarm.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem, restProblems } from '../../api/problem';
import { organisationsQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import { useWrite } from '../../api/use_write';
import { Banner, Button, type Column, DataTable, Dialog, EmptyState, Mark, Page, RelativeTime, Select, Skeleton, useNotify } from '../../components';
import { language } from '../../i18n';
import { formatNumber } from '../../i18n/format';
import { inTongue } from '../matters/words';
import { monthName, recentMonths } from './parts';

type Row = Schema<'StatementRow'>;

export function StatementMark({ row }: { row: Row }) {
  const { t } = useTranslation();
  const head = row.head;
  if (head.unknown > 0 && !head.examined)
    return (
      <Mark tone="danger" icon="danger">
        {t('figures.unknownMark', { n: formatNumber(head.unknown) })}
      </Mark>
    );
  if (head.unknown > 0)
    return (
      <Mark tone="care" icon="check">
        {t('figures.examinedMark')}
      </Mark>
    );
  return head.is_provisional ? (
    <Mark tone="plain" icon="clock">
      {t('figures.provisional')}
    </Mark>
  ) : (
    <Mark tone="good" icon="checkCircle">
      {t('figures.final')}
    </Mark>
  );
}

export function StatementsPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { role, side } = useSession();
  const statements = useQuery({ queryKey: ['statements'], queryFn: ({ signal }) => take(api.GET('/api/statements', { signal })) });
  const [issuing, setIssuing] = useState(false);
  const problem = asProblem(statements.error);
  const issue =
    role === 'releaser' ? (
      <Button kind="primary" icon="send" onClick={() => setIssuing(true)}>
        {t('figures.issue')}
      </Button>
    ) : undefined;
  const name = (row: Row) => inTongue(row.counterparty_name_ja, row.counterparty_name_en);
  const columns: Column<Row>[] = [
    {
      id: 'month',
      label: t('figures.month'),
      main: true,
      nowrap: true,
      cell: (row) => monthName(row.head.month),
      sortBy: (row) => row.head.month,
    },
    { id: 'counterparty', label: side === 'AGENCY' ? t('figures.provider') : t('figures.agency'), cell: name, sortBy: name },
    { id: 'lines', label: t('figures.inquiries'), numeric: true, cell: (row) => formatNumber(row.head.lines), sortBy: (row) => row.head.lines },
    { id: 'state', label: t('matter.state'), cell: (row) => <StatementMark row={row} /> },
    {
      id: 'issued',
      label: t('figures.issued'),
      nowrap: true,
      cell: (row) => <RelativeTime at={new Date(row.head.issued)} />,
      sortBy: (row) => row.head.issued,
    },
  ];
  return (
    <Page title={t('nav.statements')} lead={side === 'AGENCY' ? t('figures.statementsLead') : t('figures.issueLead')} actions={issue}>
      {problem ? (
        <Banner tone="danger" actions={<Button onClick={() => void statements.refetch()}>{t('app.retry')}</Button>}>
          {problem.text()}
        </Banner>
      ) : null}
      {statements.data ? (
        <DataTable
          caption={t('figures.statements')}
          captionHidden
          columns={columns}
          rows={statements.data.statements}
          rowId={(row) => row.head.id}
          rowName={(row) => `${monthName(row.head.month)} ${name(row)}`}
          onOpen={(row) => void navigate({ to: '/statements/$id', params: { id: row.head.id } })}
          empty={
            <EmptyState icon="relay" title={t('figures.noStatements')} actions={issue}>
              {side === 'AGENCY' ? t('figures.noStatementsAgency') : t('figures.noStatementsProvider')}
            </EmptyState>
          }
        />
      ) : problem ? null : (
        <Skeleton lines={6} />
      )}
      {issuing ? <IssueDialog onClose={() => setIssuing(false)} /> : null}
    </Page>
  );
}

function IssueDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const notify = useNotify();
  const agencies = useQuery(organisationsQuery('AGENCY')).data ?? [];
  const months = recentMonths(13);
  const [agency, setAgency] = useState<string | null>(null);
  const [month, setMonth] = useState(months[1] ?? '');
  const issue = useWrite(
    (body: Schema<'StatementCommand'>, headers) => take(api.POST('/api/statements', { body, headers })),
    (view) => {
      void client.invalidateQueries({ queryKey: ['statements'] });
      notify(t('figures.issuedToast'));
      void navigate({ to: '/statements/$id', params: { id: view.statement.head.id } });
    },
  );
  const problem = asProblem(issue.error);
  const rest = restProblems(problem, ['/agency', '/month']);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('figures.issue')}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button
            kind="primary"
            icon="send"
            busy={issue.isPending}
            disabledReason={agency ? null : t('figures.chooseAgency')}
            onClick={() => agency && issue.mutate({ agency, month })}
          >
            {t('figures.issueNow')}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        {rest.length > 0 ? <Banner tone="danger">{rest.map((item) => item[language()]).join('\n')}</Banner> : null}
        <p>{t('figures.issueText')}</p>
        <Select
          label={t('figures.agency')}
          required
          choices={agencies.map((one) => ({ id: one.id, label: inTongue(one.name_ja, one.name_en) }))}
          value={agency}
          onChange={setAgency}
          error={fieldProblem(problem, '/agency')}
        />
        <Select
          label={t('figures.month')}
          required
          choices={months.map((one) => ({ id: one, label: monthName(one) }))}
          value={month}
          onChange={setMonth}
          error={fieldProblem(problem, '/month')}
        />
      </div>
    </Dialog>
  );
}
