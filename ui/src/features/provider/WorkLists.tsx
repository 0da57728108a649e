// The short lists of a role's own work: answering, legal review, second check. Masked selectors only; a row opens its page.
import { useQueries } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Button, type Column, DataTable, EmptyState, More, Page, Skeleton, StateMark } from '../../components';
import { Subject } from '../matters/marks';
import { counterpartyName } from '../matters/words';
import { DueText, LoadFailed, nameOfState } from './parts';
import { type Row, suggestionQuery, type Turn } from './queries';
import { useMatters } from './use_list';
import { useWords } from './words';

type Place = 'answering' | 'legal' | 'release';

const places: Record<Place, { turns: Turn[]; to: '/answering/$id' | '/legal/$id' | '/release/$id' }> = {
  answering: { turns: ['ANSWER'], to: '/answering/$id' },
  legal: { turns: ['LEGAL'], to: '/legal/$id' },
  release: { turns: ['SECOND_CHECK', 'RELEASE'], to: '/release/$id' },
};

// The article behind each row that waits for the legal desk, from the law's own suggestion.
function useArticles(rows: readonly Row[], wanted: boolean): Map<string, { article: string; why: string }[]> {
  const words = useWords();
  const asked = wanted ? rows : [];
  const found = useQueries({ queries: asked.map((row) => suggestionQuery(row.matter)) });
  const rules = asked.map((_, index) => [
    ...new Set((found[index]?.data ?? []).filter((one) => one.disposition === 'LEGAL_REVIEW').map((one) => one.rule_id)),
  ]);
  return new Map(asked.map((row, index) => [row.matter, (rules[index] ?? []).flatMap((rule) => words?.rule(rule) ?? [])]));
}

function WorkList({ place }: { place: Place }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const words = useWords();
  const { turns, to } = places[place];
  const { query, rows, isLooking, total } = useMatters({
    turn: turns,
    open: true,
    sort: 'DUE',
    limit: 50,
    ...(place === 'answering' ? { mine: true } : {}),
  });
  const articles = useArticles(rows, place === 'legal');
  const columns: Column<Row>[] = [
    {
      id: 'number',
      label: t('prov.number'),
      main: true,
      nowrap: place === 'legal', // beside the rule, which takes what room there is
      cell: (row) => (
        <Link to={to} params={{ id: row.matter }} className="text-accent underline underline-offset-4 hover:decoration-2">
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
    place === 'legal'
      ? {
          id: 'rule',
          label: t('prov.ruleColumn'),
          width: 'wide',
          cell: (row) => (
            <span className="space-y-1">
              {(articles.get(row.matter) ?? []).map((rule) => (
                <span key={rule.article} className="block">
                  {rule.why}
                  <span className="text-dns-14N-130 block text-sub">{rule.article}</span>
                </span>
              ))}
            </span>
          ),
        }
      : { id: 'state', label: t('prov.stateColumn'), cell: (row) => <StateMark side="provider" state={nameOfState(row.provider_state)} /> },
    { id: 'due', label: t('paper.due'), cell: (row) => <DueText row={row} /> },
  ];
  return (
    <Page title={t(`nav.${place}`)} lead={t(`prov.lead.${place}`)}>
      {query.isError ? (
        <LoadFailed error={query.error} retry={() => void query.refetch()} />
      ) : query.isPending || isLooking ? (
        <Skeleton lines={6} />
      ) : (
        <>
          <DataTable
            caption={t(`nav.${place}`)}
            captionHidden
            columns={columns}
            rows={rows}
            rowId={(row) => row.matter}
            rowName={(row) => row.number}
            onOpen={(row) => void navigate({ to, params: { id: row.matter } })}
            empty={
              <EmptyState
                icon={place === 'legal' ? 'scale' : 'inbox'}
                title={t(`prov.empty.${place}`)}
                actions={<Button onClick={() => void navigate({ to: '/matters' })}>{t('prov.inboxOther')}</Button>}
              >
                {t('prov.emptyText')}
              </EmptyState>
            }
          />
          {rows.length > 0 && rows.length < total ? (
            <More shown={rows.length} total={total} onMore={() => void query.fetchNextPage()} busy={query.isFetchingNextPage} />
          ) : null}
        </>
      )}
    </Page>
  );
}

export const AnsweringList = () => <WorkList place="answering" />;
export const LegalList = () => <WorkList place="legal" />;
export const ReleaseList = () => <WorkList place="release" />;
