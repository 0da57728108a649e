// The desk: three figures that are links, then what waits for me, grouped by what to do.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/api';
import { asProblem } from '../../api/problem';
import { deskQuery, peopleQuery, unitsQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import { Banner, Button, type Column, DataTable, EmptyState, Figure, type IconName, Page, Skeleton } from '../../components';
import { formatDate, formatNumber } from '../../i18n/format';
import { Incidents } from '../figures/Incidents';
import { rowName, useMatterColumns } from '../matters/columns';
import { ListRefused } from '../matters/ListRefused';
import { pathOfRow } from '../matters/paths';
import { addDays, dayOf, inTongue, noticeText, today } from '../matters/words';
import { ownProfileQuery } from '../provider/queries';

const kWeek = 6; // days after today
const kOfEach = 8; // rows of a group, where there are several

export function DeskPage() {
  const { t } = useTranslation();
  const session = useSession();
  const desk = useQuery({ ...deskQuery, enabled: session.role !== 'admin' });
  const problem = asProblem(desk.error);
  const view = desk.data;
  const parts = view ? view.groups.length + (view.late_count > 0 ? 1 : 0) + (view.retention ? 1 : 0) : 0;
  // An administrator's desk has no matters: the page leads to the books instead.
  if (session.role === 'admin') return <AdminDesk />;
  return (
    <Page title={t('nav.desk')} lead={t('desk.lead', { name: session.name })}>
      {problem ? <ListRefused problem={problem} retry={() => void desk.refetch()} /> : null}
      {view ? (
        <>
          {view.alarms.map((alarm) => (
            <Banner
              key={alarm.code + alarm.where}
              tone="danger"
              title={alarm.code === 'STATEMENT_UNKNOWN' ? t('figures.alarm') : t('incident.alarm')}
              actions={
                alarm.code === 'STATEMENT_UNKNOWN' ? (
                  <Link to="/statements/$id" params={{ id: alarm.where }} className="text-accent underline underline-offset-4">
                    {t('figures.toStatement')}
                  </Link>
                ) : session.role === 'auditor' ? (
                  <Link to="/audit" className="text-accent underline underline-offset-4">
                    {t('incident.toIncidents')}
                  </Link>
                ) : undefined
              }
            >
              {noticeText(alarm)}
            </Banner>
          ))}
          <div className="flex flex-col gap-3 sm:flex-row sm:gap-4">
            <Figure label={t('figure.yours')} value={view.my_turn} to="/matters" search={{ mine: 'true', sort: 'DUE' }} />
            <Figure label={t('figure.overdue')} value={view.overdue} to="/matters" search={{ overdue: 'true', sort: 'DUE' }} overdue />
            <Figure
              label={t('figure.thisWeek')}
              value={view.due_this_week}
              to="/matters"
              search={{ open: 'true', due: addDays(today(), kWeek), sort: 'DUE' }}
            />
          </div>
          {view.groups.length === 0 ? <EmptyDesk /> : null}
          {view.groups.map((group, index) => (
            <Group key={group.turn} group={group} keys={index === 0} alone={parts === 1} />
          ))}
          {view.late_count > 0 ? (
            <Rows
              id="late"
              title={t('desk.late')}
              what={t('desk.lateWhat')}
              rows={view.late}
              count={view.late_count}
              all={{ overdue: 'true', sort: 'DUE' }}
              keys={view.groups.length === 0}
              alone={parts === 1}
            />
          ) : null}
          {view.retention ? <Retention view={view.retention} keys={view.groups.length === 0 && view.late_count === 0} /> : null}
        </>
      ) : problem ? null : (
        <Skeleton lines={8} />
      )}
    </Page>
  );
}

function Group({ group, keys, alone }: { group: Schema<'DeskGroup'>; keys: boolean; alone: boolean }) {
  const { t } = useTranslation();
  const words = group.turn === 'NONE' ? null : { title: t(`turn.${group.turn}`), what: t(`turnWhat.${group.turn}`) };
  return (
    <Rows
      id={`turn-${group.turn}`}
      title={words?.title ?? ''}
      what={words?.what ?? ''}
      rows={group.rows}
      count={group.count}
      all={{ mine: 'true', turn: group.turn, sort: 'DUE' }}
      keys={keys}
      alone={alone}
    />
  );
}

interface RowsProps {
  id: string;
  title: string;
  what: string;
  rows: Schema<'RowView'>[];
  count: number;
  all: Record<string, string>; // the search that shows all of them
  keys: boolean;
  alone: boolean; // nothing else is on the desk
}

function Rows({ id, title, what, rows: given, count, all, keys, alone }: RowsProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const session = useSession();
  const columns = useMatterColumns({ updated: true, own: session.role === 'investigator' });
  // One pile must not hide the others: each shows its most urgent ones, and leads to the rest.
  const rows = alone || given.length <= kOfEach + 2 ? given : given.slice(0, kOfEach);
  return (
    <section aria-labelledby={id} className="space-y-2">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <h2 id={id} className="text-std-20B-150">
          {title}
          <span className="tabular ms-2 text-std-18B-160 text-sub">{t('desk.count', { n: String(count), count })}</span>
        </h2>
        <p className="text-dns-14N-130 text-sub">{what}</p>
      </div>
      <DataTable
        caption={title}
        captionHidden
        fixed
        wide
        columns={columns}
        rows={rows}
        rowId={(row) => row.matter}
        rowName={rowName}
        onOpen={(row) => void navigate({ to: pathOfRow(row, session.role) })}
        keys={keys}
      />
      {count > rows.length ? (
        <Button size="small" onClick={() => void navigate({ to: '/matters', search: all })}>
          {t('desk.all', { n: formatNumber(count) })}
        </Button>
      ) : null}
    </section>
  );
}

// What may be purged: the law's period is over. Calm, since nothing happens to anybody when it lies a day longer.
function Retention({ view, keys }: { view: Schema<'RetentionView'>; keys: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { side } = useSession();
  const agency = side === 'AGENCY';
  const ofRow = useMatterColumns({ updated: !agency, own: true }).filter((column) => column.id !== 'due');
  const columns: Column<Schema<'Ended'>>[] = ofRow.map(({ sortBy: _, ...column }) => ({ ...column, cell: ({ row }) => column.cell(row) }));
  columns.push({
    id: 'until',
    label: t('desk.keptUntil'),
    nowrap: true,
    share: 'xl:w-[17%]',
    cell: ({ until }) => (until ? <time dateTime={until}>{formatDate(dayOf(until))}</time> : '―'),
  });
  return (
    <section aria-labelledby="retention" className="space-y-2">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <h2 id="retention" className="text-std-20B-150">
          {t('desk.retention')}
          <span className="tabular ms-2 text-std-18B-160 text-sub">{t('desk.count', { n: String(view.count), count: view.count })}</span>
        </h2>
        <p className="text-dns-14N-130 text-sub">
          {agency ? t('desk.retentionAgency', { n: String(view.years ?? 0) }) : t('desk.retentionProvider', { n: String(view.days ?? 0) })}{' '}
          {inTongue(view.note_ja, view.note_en)}
        </p>
      </div>
      <DataTable
        caption={t('desk.retention')}
        captionHidden
        fixed
        wide
        columns={columns}
        rows={view.rows}
        rowId={({ row }) => row.matter}
        rowName={({ row }) => rowName(row)}
        onOpen={({ row }) => void navigate({ to: '/matters/$id', params: { id: row.matter } })}
        keys={keys}
      />
    </section>
  );
}

function EmptyDesk() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { role, side } = useSession();
  // Whoever asks here finds nothing to ask for before the profile is published, so that nothing will come.
  const noProfile = useNoProfile(role === 'legal');
  const steps: { to: string; search?: Record<string, string>; label: string; icon?: IconName; primary?: boolean }[] = [];
  if (noProfile) steps.push({ to: '/sources', search: { show: 'profile' }, label: t('prov.profileFirst'), icon: 'pencil', primary: true });
  else if (role === 'investigator') steps.push({ to: '/inquiries/new', label: t('action.draft'), icon: 'pencil', primary: true });
  else if (role === 'auditor') steps.push({ to: '/audit', label: t('desk.toAudit'), icon: 'shield' });
  else if (role === 'registrar' || role === 'approver') steps.push({ to: '/register', label: t('desk.toRegister'), icon: 'book' });
  else if (role === 'operator') steps.push({ to: '/answering', label: t('nav.answering'), icon: 'pencil' });
  else if (side === 'PROVIDER') steps.push({ to: '/figures', label: t('desk.toFigures'), icon: 'chart' });
  else steps.push({ to: '/cases', label: t('desk.toCases'), icon: 'file' });
  steps.push({ to: '/matters', label: t('empty.deskOther'), icon: 'folder' });
  return (
    <EmptyState
      title={t('empty.deskTitle')}
      actions={steps.map((step) => (
        <Button
          key={step.to}
          kind={step.primary ? 'primary' : 'quiet'}
          icon={step.icon}
          onClick={() => void navigate({ to: step.to, search: step.search })}
        >
          {step.label}
        </Button>
      ))}
    >
      {noProfile ? t('desk.noProfile') : role === 'investigator' ? t('empty.deskText') : t('desk.emptyText')}
    </EmptyState>
  );
}

function AdminDesk() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const session = useSession();
  const people = useQuery(peopleQuery).data;
  const units = useQuery(unitsQuery).data;
  const hasUnits = session.side === 'AGENCY';
  const noProfile = useNoProfile(session.side === 'PROVIDER');
  const isNew = people !== undefined && units !== undefined && (people.length <= 1 || (hasUnits && units.length === 0) || noProfile);
  return (
    <Page title={t('nav.desk')}>
      <Incidents mayExamine={false} />
      <EmptyState
        icon="building"
        title={t('desk.adminTitle')}
        actions={
          <>
            <Button kind="primary" icon="people" onClick={() => void navigate({ to: '/members' })}>
              {t('desk.toPeople')}
            </Button>
            <Button icon="key" onClick={() => void navigate({ to: '/members', search: { tab: 'keys' } })}>
              {t('desk.toKeys')}
            </Button>
          </>
        }
      >
        {t('desk.adminText')}
      </EmptyState>
      {isNew ? (
        <section aria-labelledby="first-steps" className="space-y-2">
          <h2 id="first-steps" className="text-std-20B-150">
            {t('desk.firstTitle')}
          </h2>
          <ol className="list-decimal space-y-1 ps-6">
            {hasUnits ? <Step search={{ tab: 'units' }}>{t('desk.firstUnits')}</Step> : null}
            <Step>{t('desk.firstPeople')}</Step>
            <Step search={{ tab: 'keys' }}>{t('desk.firstKeys')}</Step>
            {noProfile ? (
              <Step to="/sources" search={{ show: 'profile' }}>
                {t('desk.firstProfile')}
              </Step>
            ) : null}
          </ol>
        </section>
      ) : null}
    </Page>
  );
}

// Whether a provider has not published yet what it answers.
function useNoProfile(asked: boolean): boolean {
  return asProblem(useQuery({ ...ownProfileQuery, enabled: asked }).error)?.is('NOT_FOUND') ?? false;
}

function Step({ to = '/members', search = {}, children }: { to?: string; search?: Record<string, string>; children: ReactNode }) {
  return (
    <li>
      <Link to={to} search={search} className="text-accent underline underline-offset-4">
        {children}
      </Link>
    </li>
  );
}
