// The organisation's own books: people and roles, units, delegations, and the keys that wait for a second person.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem, restProblems } from '../../api/problem';
import { delegationsQuery, peopleQuery, unitsQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import { useWrite } from '../../api/use_write';
import {
  Banner,
  Button,
  Checkbox,
  type Column,
  DataTable,
  DateField,
  Dialog,
  EmptyState,
  Mark,
  Page,
  Select,
  Skeleton,
  Tabs,
  TextField,
  useFind,
  useNotify,
} from '../../components';
import { language } from '../../i18n';
import { formatDateTime } from '../../i18n/format';
import { addDays, inTongue, today } from '../matters/words';
import { useActiveColumn, useNameColumn, usePostColumn, useUnitColumn, useUnitName } from './columns';
import { delegationTimes } from './delegation';
import { Failed } from './Failed';
import { Keys } from './Keys';
import { PersonDialog } from './PersonDialog';
import { SignEntryDialog } from './SignEntryDialog';

export function MembersPage() {
  const { t } = useTranslation();
  const session = useSession();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { tab?: string };
  const admin = session.role === 'admin';
  const tabs = [
    { id: 'people', label: t('people.title'), content: <People admin={admin} /> },
    { id: 'units', label: t('units.title'), content: <Units admin={admin} /> },
    ...(session.side === 'AGENCY' ? [{ id: 'delegations', label: t('delegation.title'), content: <Delegations /> }] : []),
    { id: 'keys', label: t('keysWaiting.tab'), content: <Keys /> },
  ];
  const selected = tabs.some((tab) => tab.id === search.tab) ? search.tab : 'people';
  return (
    <Page title={t('members.title')} lead={inTongue(session.organisation_name_ja, session.organisation_name_en)}>
      <Tabs
        label={t('members.title')}
        tabs={tabs}
        selected={selected}
        onSelect={(tab) => void navigate({ to: '/members', search: tab === 'people' ? {} : { tab }, replace: true })}
      />
    </Page>
  );
}

function People({ admin }: { admin: boolean }) {
  const { t } = useTranslation();
  const people = useQuery(peopleQuery);
  const [edited, setEdited] = useState<Schema<'Person'> | 'new' | null>(null);
  const columns: Column<Schema<'Person'>>[] = [
    useNameColumn<Schema<'Person'>>(
      (row) => row.name,
      (row) => row.kana ?? row.name,
    ),
    usePostColumn<Schema<'Person'>>(),
    useUnitColumn<Schema<'Person'>>(),
    {
      id: 'roles',
      label: t('people.roles'),
      cell: (row) => (
        <span>
          {row.roles.map((role) => t(`role.${role}`)).join(t('matter.comma'))}
          {row.is_unit_head ? <span className="text-dns-14B-130 ms-2 inline-block text-accent-strong">{t('people.head')}</span> : null}
        </span>
      ),
    },
    { id: 'login', label: t('people.login'), nowrap: true, cell: (row) => <span className="font-mono">{row.login}</span> },
    useActiveColumn<Schema<'Person'>>('people'),
  ];
  const unitName = useUnitName();
  const found = useFind(people.data ?? [], (row) =>
    [row.name, row.kana, row.romaji, row.login, row.post, unitName(row.unit), ...row.roles.map((role) => t(`role.${role}`))].join(' '),
  );
  return (
    <div className="space-y-4">
      <Failed error={people.error} retry={() => void people.refetch()} />
      <div className="flex flex-wrap items-end justify-between gap-4 empty:hidden">
        {admin ? (
          <Button kind="primary" icon="plus" onClick={() => setEdited('new')}>
            {t('people.add')}
          </Button>
        ) : null}
        {found.field}
      </div>
      {people.data ? (
        <DataTable
          caption={t('people.title')}
          captionHidden
          columns={columns}
          rows={found.rows}
          empty={found.nothing ?? undefined}
          rowId={(row) => row.id}
          rowName={(row) => row.name}
          onOpen={admin ? setEdited : undefined}
        />
      ) : people.error ? null : (
        <Skeleton lines={8} />
      )}
      {edited ? <PersonDialog person={edited === 'new' ? null : edited} onClose={() => setEdited(null)} /> : null}
    </div>
  );
}

function Units({ admin }: { admin: boolean }) {
  const { t } = useTranslation();
  const units = useQuery(unitsQuery);
  const [edited, setEdited] = useState<Schema<'Unit'> | 'new' | null>(null);
  const all = units.data ?? [];
  const name = useUnitName();
  const columns: Column<Schema<'Unit'>>[] = [
    { id: 'name', label: t('units.name'), main: true, cell: (row) => inTongue(row.name_ja, row.name_en) },
    { id: 'prefix', label: t('units.prefix'), cell: (row) => row.document_prefix || '―' },
    {
      id: 'register',
      label: t('register.office'),
      cell: (row) => (row.is_register_office ? t('units.ownRegister') : name(row.register_office)),
    },
    useActiveColumn<Schema<'Unit'>>('units'),
  ];
  return (
    <div className="space-y-4">
      <Failed error={units.error} retry={() => void units.refetch()} />
      {admin ? (
        <Button kind="primary" icon="plus" onClick={() => setEdited('new')}>
          {t('units.add')}
        </Button>
      ) : null}
      {units.data ? (
        <DataTable
          caption={t('units.title')}
          captionHidden
          columns={columns}
          rows={units.data}
          rowId={(row) => row.id}
          rowName={(row) => inTongue(row.name_ja, row.name_en)}
          onOpen={admin ? setEdited : undefined}
          empty={
            <EmptyState icon="building" title={t('units.none')}>
              {t('units.noneText')}
            </EmptyState>
          }
        />
      ) : units.error ? null : (
        <Skeleton lines={4} />
      )}
      {edited ? <UnitDialog unit={edited === 'new' ? null : edited} units={all} onClose={() => setEdited(null)} /> : null}
    </div>
  );
}

function UnitDialog({ unit, units, onClose }: { unit: Schema<'Unit'> | null; units: readonly Schema<'Unit'>[]; onClose: () => void }) {
  const { t } = useTranslation();
  const notify = useNotify();
  const client = useQueryClient();
  const [form, setForm] = useState<Schema<'UnitCommand'>>(() =>
    unit ? { ...unit } : { name_ja: '', name_en: '', is_register_office: false, document_prefix: '', is_active: true },
  );
  const [missing, setMissing] = useState<Record<string, string>>({});
  const set = (change: Schema<'UnitCommand'>) => setForm((previous) => ({ ...previous, ...change }));
  const write = useWrite<Schema<'UnitCommand'>, Schema<'Unit'>>(
    (command, header) => take(api.POST('/api/units', { params: { header }, body: command })),
    () => {
      void client.invalidateQueries({ queryKey: ['units'] });
      notify(t('units.saved'));
      onClose();
    },
  );
  const problem = asProblem(write.error);
  const save = () => {
    const found: Record<string, string> = {};
    if (!form.name_ja?.trim()) found.name_ja = t('units.nameMissing');
    if (!form.name_en?.trim()) found.name_en = t('units.nameMissing');
    setMissing(found);
    if (Object.keys(found).length === 0) write.mutate(form);
  };
  const error = (field: string) => missing[field] ?? fieldProblem(problem, field);
  const offices = units.filter((one) => one.is_register_office && one.id !== unit?.id);
  return (
    <Dialog
      open
      onClose={onClose}
      title={unit ? inTongue(unit.name_ja, unit.name_en) : t('units.add')}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" busy={write.isPending} onClick={save}>
            {t('action.save')}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        {restProblems(problem, ['/name_ja', '/name_en', '/document_prefix', '/register_office']).map((item) => (
          <Banner key={item.code} tone="danger">
            {item[language()]}
          </Banner>
        ))}
        <TextField
          label={t('units.nameJa')}
          value={form.name_ja ?? ''}
          onChange={(name_ja) => set({ name_ja })}
          error={error('name_ja')}
          required
          autoFocus
        />
        <TextField label={t('units.nameEn')} value={form.name_en ?? ''} onChange={(name_en) => set({ name_en })} error={error('name_en')} required />
        <TextField
          label={t('units.prefix')}
          help={t('units.prefixHelp')}
          value={form.document_prefix ?? ''}
          onChange={(document_prefix) => set({ document_prefix })}
          error={error('document_prefix')}
          optional
        />
        <Checkbox checked={form.is_register_office ?? false} onChange={(is_register_office) => set({ is_register_office })}>
          {t('units.ownRegister')}
        </Checkbox>
        {form.is_register_office ? null : (
          <Select
            label={t('register.office')}
            choices={offices.map((one) => ({ id: one.id, label: inTongue(one.name_ja, one.name_en) }))}
            value={form.register_office ?? null}
            onChange={(register_office) => set({ register_office })}
            error={error('register_office')}
          />
        )}
        <Checkbox checked={form.is_active ?? true} onChange={(is_active) => set({ is_active })}>
          {t('units.active')}
        </Checkbox>
      </div>
    </Dialog>
  );
}

type Delegation = Schema<'Delegation'>;

function Delegations() {
  const { t } = useTranslation();
  const session = useSession();
  const delegations = useQuery(delegationsQuery);
  const people = useQuery(peopleQuery).data ?? [];
  const unit = useUnitName();
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<Delegation | null>(null);
  const me = people.find((one) => one.id === session.person);
  const name = (id: string) => people.find((one) => one.id === id)?.name ?? '―';
  const now = Date.now();
  const columns: Column<Delegation>[] = [
    { id: 'delegate', label: t('delegation.delegate'), main: true, nowrap: true, cell: (row) => name(row.delegate) },
    { id: 'delegator', label: t('delegation.delegator'), nowrap: true, cell: (row) => name(row.delegator) },
    useUnitColumn<Delegation>(),
    { id: 'from', label: t('delegation.from'), nowrap: true, cell: (row) => formatDateTime(new Date(row.from)), sortBy: (row) => row.from },
    { id: 'until', label: t('delegation.until'), nowrap: true, cell: (row) => formatDateTime(new Date(row.until)) },
    {
      id: 'state',
      label: t('matter.state'),
      cell: (row) => {
        const valid = Date.parse(row.from) <= now && now < Date.parse(row.until);
        const future = now < Date.parse(row.from);
        return (
          <Mark tone={valid ? 'good' : 'faint'} icon={valid ? 'check' : 'clock'}>
            {valid ? t('delegation.valid') : future ? t('delegation.future') : t('delegation.over')}
          </Mark>
        );
      },
    },
  ];
  const reason = session.role === 'approver' && me?.is_unit_head ? null : t('delegation.onlyHead');
  // As the server asks: whoever delegated, the head of the unit, an administrator; never the delegate.
  const mayEnd = (row: Delegation) =>
    Date.parse(row.until) > Math.max(now, Date.parse(row.from)) &&
    row.delegate !== session.person &&
    (session.role === 'admin' || (session.role === 'approver' && (row.delegator === session.person || (me?.is_unit_head && me.unit === row.unit))));
  if (delegations.data?.some(mayEnd))
    columns.push({
      id: 'end',
      label: t('delegation.steps'),
      nowrap: true,
      cell: (row) =>
        mayEnd(row) ? (
          <Button size="small" icon="ban" onClick={() => setEnding(row)} aria-label={t('delegation.endOf', { name: name(row.delegate) })}>
            {t('delegation.end')}
          </Button>
        ) : null,
    });
  return (
    <div className="space-y-4">
      <Failed error={delegations.error} retry={() => void delegations.refetch()} />
      <p className="text-read text-sub">{t('delegation.lead')}</p>
      <Button kind={reason ? 'quiet' : 'primary'} icon="plus" disabledReason={reason} onClick={() => setAdding(true)}>
        {t('delegation.add')}
      </Button>
      {delegations.data ? (
        <DataTable
          caption={t('delegation.title')}
          captionHidden
          columns={columns}
          rows={delegations.data}
          rowId={(row) => `${row.delegator}${row.delegate}${row.from}`}
          rowName={(row) => name(row.delegate)}
          empty={
            <EmptyState icon="people" title={t('delegation.none')}>
              {t('delegation.noneText')}
            </EmptyState>
          }
        />
      ) : delegations.error ? null : (
        <Skeleton lines={4} />
      )}
      {adding && me?.unit ? <DelegationDialog unit={me.unit} unitName={unit(me.unit)} onClose={() => setAdding(false)} /> : null}
      {ending ? (
        <EndDelegation delegation={ending} delegate={name(ending.delegate)} unitName={unit(ending.unit)} onClose={() => setEnding(null)} />
      ) : null}
    </div>
  );
}

interface EndDelegationProps {
  delegation: Delegation;
  delegate: string;
  unitName: string;
  onClose: () => void;
}

function EndDelegation({ delegation, delegate, unitName, onClose }: EndDelegationProps) {
  const { t } = useTranslation();
  const notify = useNotify();
  const client = useQueryClient();
  const { delegator, delegate: person, unit, from } = delegation;
  const reference = { delegator, delegate: person, unit, from };
  return (
    <SignEntryDialog
      title={t('delegation.endTitle')}
      lead={t('delegation.endLead')}
      facts={[
        [t('delegation.delegate'), delegate],
        [t('list.unit'), unitName],
        [t('delegation.from'), formatDateTime(new Date(from))],
        [t('delegation.until'), formatDateTime(new Date(delegation.until))],
      ]}
      verb={t('delegation.endTitle')}
      shown={{ person, role: 'approver', delegator }}
      prepare={() => take(api.POST('/api/delegations/end/prepare', { body: reference }))}
      commit={(entry) => take(api.POST('/api/delegations/end', { body: { delegation: reference, entry } }))}
      onDone={() => {
        void client.invalidateQueries({ queryKey: ['delegations'] });
        notify(t('delegation.endDone'));
        onClose();
      }}
      onClose={onClose}
    />
  );
}

function DelegationDialog({ unit, unitName, onClose }: { unit: string; unitName: string; onClose: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const notify = useNotify();
  const client = useQueryClient();
  const people = useQuery(peopleQuery).data ?? [];
  const [delegate, setDelegate] = useState<string | null>(null);
  const [from, setFrom] = useState<string | null>(today());
  const [until, setUntil] = useState<string | null>(addDays(today(), 7));
  const [missing, setMissing] = useState<Record<string, string>>({});
  const [ready, setReady] = useState<Schema<'DelegationCommand'> | null>(null);
  const choices = people.filter((one) => one.is_active && one.id !== session.person && one.roles.includes('approver'));
  const next = () => {
    const found: Record<string, string> = {};
    if (!delegate) found.delegate = t('delegation.delegateMissing');
    if (!from) found.from = t('delegation.fromMissing');
    if (!until || (from && until < from)) found.until = t('delegation.untilMissing');
    setMissing(found);
    if (!delegate || !from || !until || Object.keys(found).length > 0) return;
    setReady({ delegator: session.person, delegate, unit, ...delegationTimes(from, until, new Date()) });
  };
  if (ready)
    return (
      <SignEntryDialog
        title={t('delegation.add')}
        lead={t('delegation.signLead')}
        facts={[
          [t('delegation.delegate'), people.find((one) => one.id === ready.delegate)?.name ?? ''],
          [t('list.unit'), unitName],
          [t('delegation.from'), formatDateTime(new Date(ready.from))],
          [t('delegation.until'), formatDateTime(new Date(ready.until))],
        ]}
        verb={t('action.sign')}
        shown={{ person: ready.delegate, role: 'approver', delegator: ready.delegator }}
        prepare={() => take(api.POST('/api/delegations/prepare', { body: ready }))}
        commit={(entry) => take(api.POST('/api/delegations', { body: { delegation: ready, entry } }))}
        onDone={() => {
          void client.invalidateQueries({ queryKey: ['delegations'] });
          notify(t('delegation.done'));
          onClose();
        }}
        onClose={onClose}
      />
    );
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('delegation.add')}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" icon="key" onClick={next}>
            {t('delegation.toSign')}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <Select
          label={t('delegation.delegate')}
          help={t('delegation.delegateHelp')}
          choices={choices.map((one) => ({ id: one.id, label: one.name, note: one.post }))}
          value={delegate}
          onChange={setDelegate}
          error={missing.delegate}
          required
        />
        <DateField label={t('delegation.from')} value={from} onChange={setFrom} min={today()} error={missing.from} required />
        <DateField label={t('delegation.until')} value={until} onChange={setUntil} min={from ?? today()} error={missing.until} required />
      </div>
    </Dialog>
  );
}
