// All matters one may see: search and filters live in the address, the count stops at 1000+, more rows come when asked for.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem } from '../../api/problem';
import { casesQuery, organisationsQuery, peopleQuery, unitsQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import {
  agencyStates,
  Button,
  ComboBox,
  cx,
  DataTable,
  DateField,
  EmptyState,
  Icon,
  Page,
  providerStates,
  Select,
  Skeleton,
  TextField,
} from '../../components';
import { useGoOn } from '../../hooks/useGoOn';
import { formatNumber } from '../../i18n/format';
import { rowName, useMatterColumns } from './columns';
import { type FilterName, type Filters, queryOf, readFilters, textFilters } from './filters';
import { ListRefused } from './ListRefused';
import { pathOfRow } from './paths';
import { inTongue } from './words';

const kRows = 50;
const kNotInLists = new Set(['OVERDUE', 'SEALED']);

export function MattersPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const session = useSession();
  const filters = readFilters(useSearch({ strict: false }) as Record<string, unknown>);
  const columns = useMatterColumns({ updated: true, turn: true });
  const list = useInfiniteQuery({
    queryKey: ['matters', filters],
    queryFn: ({ pageParam, signal }) => take(api.GET('/api/matters', { params: { query: queryOf(filters, kRows, pageParam) }, signal })),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
  });
  const set = (change: Filters) => {
    const next = { ...filters, ...change };
    for (const name of textFilters) if (!next[name]) delete next[name];
    void navigate({ to: '/matters', search: next, replace: true });
  };
  const pages = list.data?.pages ?? [];
  const rows = pages.flatMap((page) => page.rows);
  const first = pages[0];
  const isLooking = useGoOn(list, rows.length);
  const problem = asProblem(list.error);
  const filtered = Object.keys(filters).some((name) => name !== 'sort');
  const count = first ? (first.count_is_capped ? `${formatNumber(first.count)}+` : formatNumber(first.count)) : '';
  return (
    <Page title={t('nav.matters')} lead={t('list.lead')}>
      <FilterBar filters={filters} set={set} />
      {problem ? <ListRefused problem={problem} retry={() => void list.refetch()} /> : null}
      {first && !isLooking ? (
        <div className="space-y-3">
          <div className="flex flex-wrap items-end justify-between gap-3">
            <p className="tabular text-dns-16B-130" aria-live="polite">
              {t('list.count', { n: count, count: first.count })}
            </p>
            <Select
              label={t('list.sort')}
              choices={(['NEWEST', 'DUE', 'NUMBER'] as const).map((id) => ({ id, label: t(`list.sortBy.${id}`) }))}
              value={(filters.sort as 'DUE' | 'NUMBER' | undefined) ?? 'NEWEST'}
              onChange={(sort) => set({ sort: sort === 'NEWEST' ? '' : sort })}
              className="no-print w-56"
            />
          </div>
          <DataTable
            caption={t('nav.matters')}
            captionHidden
            columns={columns}
            rows={rows}
            rowId={(row) => row.matter}
            rowName={rowName}
            onOpen={(row) => void navigate({ to: pathOfRow(row, session.role) })}
            empty={
              <EmptyState
                icon="search"
                title={filtered ? t('list.noneFound') : t('list.none')}
                actions={
                  filtered ? (
                    <Button onClick={() => void navigate({ to: '/matters', search: {}, replace: true })}>{t('list.clear')}</Button>
                  ) : session.role === 'investigator' ? (
                    <Button kind="primary" icon="pencil" onClick={() => void navigate({ to: '/inquiries/new' })}>
                      {t('action.draft')}
                    </Button>
                  ) : undefined
                }
              >
                {filtered ? t('list.noneFoundText') : t('list.noneText')}
              </EmptyState>
            }
          />
          {rows.length > 0 || list.hasNextPage ? (
            <div className="flex flex-wrap items-center justify-center gap-4 py-4">
              <span className="tabular text-dns-14N-130 text-sub" aria-live="polite">
                {list.hasNextPage
                  ? t('table.shown', { n: formatNumber(rows.length), total: count })
                  : t('table.shownAll', { n: formatNumber(rows.length) })}
              </span>
              {list.hasNextPage ? (
                <Button size="small" icon="down" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                  {t('action.more')}
                </Button>
              ) : null}
            </div>
          ) : null}
        </div>
      ) : problem ? null : (
        <Skeleton lines={10} />
      )}
    </Page>
  );
}

type Flag = 'mine' | 'overdue' | 'open';

function FilterBar({ filters, set }: { filters: Filters; set: (change: Filters) => void }) {
  const { t } = useTranslation();
  const { side } = useSession();
  const [text, setText] = useState(filters.q ?? '');
  useEffect(() => setText(filters.q ?? ''), [filters.q]);
  const people = useQuery(peopleQuery).data ?? [];
  const units = useQuery({ ...unitsQuery, enabled: side === 'AGENCY' }).data ?? [];
  const others = useQuery(organisationsQuery(side === 'AGENCY' ? 'PROVIDER' : 'AGENCY')).data ?? [];
  const cases = useQuery({ ...casesQuery, enabled: Boolean(filters.case_id) }).data ?? [];
  const flags: readonly Flag[] = ['mine', 'overdue', 'open'];
  const known = Object.keys(side === 'AGENCY' ? agencyStates : providerStates).filter((state) => !kNotInLists.has(state));
  const states = side === 'AGENCY' ? ['ORAL', ...known] : known;
  const stateName: 'state' | 'provider_state' = side === 'AGENCY' ? 'state' : 'provider_state';
  const detail: readonly FilterName[] = [
    'state',
    'provider_state',
    'counterparty',
    'number',
    'case_number',
    'in_charge',
    'unit',
    'due',
    'dispatched_from',
    'dispatched_until',
    'updated_from',
    'updated_until',
  ];
  const used = detail.filter((name) => filters[name]).length;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set({ q: text.trim() });
  };
  const any = { id: '', label: t('list.any') };
  const stateLabel = (state: string) => {
    if (state === 'ORAL') return t('matter.oral');
    if (state === 'DRAFT') return t('matter.draftToo'); // one state, which the rows tell apart by whose turn it is
    return side === 'AGENCY' ? t(`state.agency.${state as keyof typeof agencyStates}`) : t(`state.provider.${state as keyof typeof providerStates}`);
  };
  return (
    <div className="no-print space-y-3 rounded-8 border border-line p-3 sm:p-4">
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3">
        <TextField label={t('list.q')} help={t('list.qHelp')} type="search" value={text} onChange={setText} className="min-w-0 flex-1 basis-64" />
        <Button kind="primary" type="submit" icon="search">
          {t('app.search')}
        </Button>
      </form>
      <fieldset className="flex flex-wrap gap-2">
        <legend className="sr-only">{t('list.quick')}</legend>
        {flags.map((flag) => {
          const on = filters[flag] === 'true';
          return (
            <button
              key={flag}
              type="button"
              aria-pressed={on}
              onClick={() => set({ [flag]: on ? '' : 'true' })}
              className={cx(
                'text-dns-16N-130 inline-flex min-h-9 items-center gap-1.5 rounded-full border px-3 py-1',
                on ? 'border-accent bg-accent-soft font-700 text-accent-strong' : 'border-edge bg-white hover:bg-shade',
              )}
            >
              {on ? <Icon name="check" size={16} /> : null}
              {t(`list.flag.${flag}`)}
            </button>
          );
        })}
        {filters.turn ? (
          <Given onClear={() => set({ turn: '' })}>
            {filters.turn
              .split(',')
              .map((turn) => t(`turn.${turn as Exclude<Schema<'Turn'>, 'NONE'>}`))
              .join(t('matter.comma'))}
          </Given>
        ) : null}
        {filters.case_id ? (
          <Given onClear={() => set({ case_id: '' })}>
            {t('matter.case')} {cases.find((one) => one.id === filters.case_id)?.number}
          </Given>
        ) : null}
      </fieldset>
      <details open={used > 0 || undefined}>
        <summary className="text-dns-16N-130 inline-flex min-h-9 items-center gap-1.5 text-accent underline underline-offset-4 hover:decoration-2">
          {used > 0 ? t('list.moreUsed', { n: String(used) }) : t('list.more')}
        </summary>
        <div className="grid items-start gap-4 pt-3 sm:grid-cols-2 lg:grid-cols-3">
          <Select
            label={t('matter.state')}
            choices={[any, ...states.map((id) => ({ id, label: stateLabel(id) }))]}
            value={filters[stateName] ?? ''}
            onChange={(value) => set({ [stateName]: value })}
          />
          <ComboBox
            label={side === 'AGENCY' ? t('matter.addressee') : t('matter.asker')}
            choices={others.map((one) => ({ id: one.id, label: inTongue(one.name_ja, one.name_en) }))}
            value={filters.counterparty ?? null}
            onChange={(value) => set({ counterparty: value ?? '' })}
          />
          <Typed label={t('matter.number')} value={filters.number} onSet={(number) => set({ number })} />
          {side === 'AGENCY' ? (
            <Typed label={t('list.caseNumber')} value={filters.case_number} onSet={(value) => set({ case_number: value })} />
          ) : null}
          <ComboBox
            label={t('matter.charge')}
            choices={people.map((one) => ({ id: one.id, label: one.name, note: one.post }))}
            value={filters.in_charge ?? null}
            onChange={(value) => set({ in_charge: value ?? '' })}
          />
          {units.length > 1 ? (
            <Select
              label={t('list.unit')}
              choices={[any, ...units.map((one) => ({ id: one.id, label: inTongue(one.name_ja, one.name_en) }))]}
              value={filters.unit ?? ''}
              onChange={(unit) => set({ unit })}
            />
          ) : null}
          <DateField label={t('list.due')} value={day(filters.due)} onChange={(value) => set({ due: value ?? '' })} />
          <DateField
            label={t('list.dispatchedFrom')}
            value={day(filters.dispatched_from)}
            onChange={(value) => set({ dispatched_from: value ?? '' })}
          />
          <DateField
            label={t('list.dispatchedUntil')}
            value={day(filters.dispatched_until)}
            onChange={(value) => set({ dispatched_until: value ?? '' })}
          />
          <DateField label={t('list.updatedFrom')} value={day(filters.updated_from)} onChange={(value) => set({ updated_from: value ?? '' })} />
          <DateField label={t('list.updatedUntil')} value={day(filters.updated_until)} onChange={(value) => set({ updated_until: value ?? '' })} />
        </div>
        {used > 0 ? (
          <div className="pt-4">
            <Button size="small" icon="cross" onClick={() => set(Object.fromEntries(detail.map((name) => [name, ''])) as Filters)}>
              {t('list.clear')}
            </Button>
          </div>
        ) : null}
      </details>
    </div>
  );
}

// A filter that came with the address and has no field of its own: it is named, and can be taken off.
function Given({ onClear, children }: { onClear: () => void; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <button
      type="button"
      onClick={onClear}
      className="text-dns-16N-130 inline-flex min-h-9 items-center gap-1.5 rounded-full border border-accent bg-accent-soft px-3 py-1 font-700 text-accent-strong"
    >
      {children}
      <Icon name="cross" size={16} />
      <span className="sr-only">{t('action.clear')}</span>
    </button>
  );
}

const day = (text: string | undefined) => (text && /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : null);

// Text filters act when the field is left or Enter is pressed, not at every letter.
function Typed({ label, value, onSet }: { label: string; value: string | undefined; onSet: (value: string) => void }) {
  const [text, setText] = useState(value ?? '');
  useEffect(() => setText(value ?? ''), [value]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSet(text.trim());
      }}
    >
      <TextField
        label={label}
        value={text}
        onChange={setText}
        onBlur={() => {
          if (text.trim() !== (value ?? '')) onSet(text.trim());
        }}
      />
    </form>
  );
}
