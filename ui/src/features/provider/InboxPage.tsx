// 受付: what waits for intake, the verified mark first. Lists carry masked selectors only; assignment works on many rows at once.
import { useQueries } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../../api/session';
import { Button, type Column, DataTable, EmptyState, Mark, More, Page, Skeleton, Tabs } from '../../components';
import { Subject } from '../matters/marks';
import { counterpartyName } from '../matters/words';
import { AssignDialog } from './AssignDialog';
import { DispositionMark, DueText, LoadFailed } from './parts';
import { type Disposition, type Row, suggestionQuery, type Turn } from './queries';
import { useMatters } from './use_list';
import { useWords } from './words';

export const inboxViews = ['all', 'triage', 'accept', 'assign', 'suspect'] as const;
export type InboxView = (typeof inboxViews)[number];

const turns: Record<InboxView, Turn[]> = {
  all: ['SUSPECT', 'TRIAGE', 'ACCEPT', 'ASSIGN'],
  triage: ['TRIAGE'],
  accept: ['ACCEPT'],
  assign: ['ASSIGN'],
  suspect: ['SUSPECT'],
};

// The short form of the mark: the column's head says what was verified.
function SignatureMark({ row }: { row: Row }) {
  const { t } = useTranslation();
  if (row.provider_state === 'SUSPECT')
    return (
      <Mark tone="danger" icon="danger">
        {t('prov.signatureSuspect')}
      </Mark>
    );
  return (
    <Mark tone="good" icon="shield">
      {t('prov.signatureOk')}
    </Mark>
  );
}

// One query per row that waits for triage, of those in sight; the answer is kept for a minute.
function useSuggestions(rows: readonly Row[]): Map<string, Disposition[]> {
  const waiting = rows.filter((row) => row.turn === 'TRIAGE');
  const found = useQueries({ queries: waiting.map((row) => suggestionQuery(row.matter)) });
  return new Map(waiting.map((row, index) => [row.matter, [...new Set(found[index]?.data?.map((decision) => decision.disposition) ?? [])]]));
}

export function InboxPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const session = useSession();
  const words = useWords();
  const { show = 'all' } = useSearch({ strict: false }) as { show?: InboxView };
  const { query, rows, isLooking, total } = useMatters({ turn: turns[show], open: true, sort: 'DUE', limit: 50 });
  const suggestions = useSuggestions(rows);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [assigning, setAssigning] = useState(false);
  const mayAssign = session.role === 'intake';
  const chosen = rows.filter((row) => selected.has(row.matter) && (row.turn === 'ASSIGN' || row.turn === 'ACCEPT'));

  const columns: Column<Row>[] = [
    { id: 'verified', label: t('prov.signatures'), cell: (row) => <SignatureMark row={row} /> },
    {
      id: 'number',
      label: t('prov.number'),
      main: true,
      nowrap: true,
      cell: (row) => (
        <Link to="/inbox/$id" params={{ id: row.matter }} className="text-accent underline underline-offset-4 hover:decoration-2">
          {row.number}
        </Link>
      ),
    },
    { id: 'from', label: t('prov.from'), cell: counterpartyName },
    {
      id: 'asked',
      label: t('prov.asked'),
      cell: (row) => (
        <>
          <span className="block">
            <Subject text={row.subject} />
          </span>
          <span className="text-dns-14N-130 text-sub">{words?.categories(row.categories)}</span>
        </>
      ),
    },
    {
      id: 'next',
      label: t('prov.next'),
      cell: (row) => (
        <span className="flex flex-col items-start gap-1">
          <span>{t(`prov.turn.${row.turn as 'TRIAGE' | 'ACCEPT' | 'ASSIGN' | 'SUSPECT'}`)}</span>
          {(suggestions.get(row.matter) ?? []).map((disposition) => (
            <span key={disposition} className="text-dns-14N-130 flex flex-wrap items-center gap-1 text-sub">
              <span className="whitespace-nowrap">{t('prov.suggestedShort')}</span>
              <DispositionMark disposition={disposition} />
            </span>
          ))}
        </span>
      ),
    },
    { id: 'due', label: t('paper.due'), cell: (row) => <DueText row={row} /> },
  ];

  const table = query.isError ? (
    <LoadFailed error={query.error} retry={() => void query.refetch()} />
  ) : query.isPending || isLooking ? (
    <Skeleton lines={6} />
  ) : (
    <>
      <DataTable
        caption={t('nav.inbox')}
        captionHidden
        columns={columns}
        rows={rows}
        rowId={(row) => row.matter}
        rowName={(row) => row.number}
        onOpen={(row) => void navigate({ to: '/inbox/$id', params: { id: row.matter } })}
        {...(mayAssign
          ? {
              selected,
              onSelect: setSelected,
              selectionActions: (
                <Button
                  size="small"
                  icon="person"
                  disabledReason={chosen.length === 0 ? t('prov.assignNone') : null}
                  onClick={() => setAssigning(true)}
                >
                  {t('prov.assignSelected', { n: String(chosen.length) })}
                </Button>
              ),
            }
          : {})}
        empty={
          <EmptyState
            title={show === 'all' ? t('prov.inboxEmpty') : t('prov.inboxEmptyView')}
            actions={
              <>
                {show === 'all' ? null : <Button onClick={() => void navigate({ to: '/inbox', search: {} })}>{t('prov.inboxAll')}</Button>}
                <Button onClick={() => void navigate({ to: '/matters' })}>{t('prov.inboxOther')}</Button>
              </>
            }
          >
            {t('prov.inboxEmptyText')}
          </EmptyState>
        }
      />
      {rows.length > 0 && rows.length < total ? (
        <More shown={rows.length} total={total} onMore={() => void query.fetchNextPage()} busy={query.isFetchingNextPage} />
      ) : null}
    </>
  );

  return (
    <Page title={t('nav.inbox')} lead={t('prov.inboxLead')}>
      <Tabs
        label={t('prov.inboxViews')}
        selected={show}
        onSelect={(id) => {
          setSelected(new Set());
          void navigate({ to: '/inbox', search: id === 'all' ? {} : { show: id as InboxView } });
        }}
        tabs={inboxViews.map((id) => ({
          id,
          label: t(`prov.inboxView.${id}`),
          ...(id === show && !query.isPending && !isLooking && !query.isError ? { count: total } : {}),
          content: id === show ? table : null,
        }))}
      />
      <AssignDialog
        open={assigning}
        matters={chosen}
        onClose={() => setAssigning(false)}
        onDone={() => {
          setAssigning(false);
          setSelected(new Set());
        }}
      />
    </Page>
  );
}
