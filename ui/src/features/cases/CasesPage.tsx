// 事件: the investigations on the books. None is inquired about outside one that is open.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem, restProblems } from '../../api/problem';
import { casesQuery, peopleQuery, unitsQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import { useWrite } from '../../api/use_write';
import {
  Banner,
  Button,
  Checkbox,
  type Column,
  DataTable,
  Dialog,
  EmptyState,
  Mark,
  Page,
  Select,
  Skeleton,
  TextField,
  useFind,
  useNotify,
} from '../../components';
import { language } from '../../i18n';
import { formatDayShort } from '../../i18n/format';
import { inTongue } from '../matters/words';

type Case = Schema<'CaseView'>;

export function CasesPage() {
  const { t } = useTranslation();
  const { role } = useSession();
  const navigate = useNavigate();
  const cases = useQuery(casesQuery);
  const units = useQuery(unitsQuery).data ?? [];
  const [closedToo, setClosedToo] = useState(false);
  const [edited, setEdited] = useState<Case | 'new' | null>(null);
  const problem = asProblem(cases.error);
  const mayWrite = role === 'investigator' || role === 'supervisor';
  const rows = (cases.data ?? []).filter((one) => closedToo || one.is_open);
  const unitName = (id: string) => {
    const found = units.find((one) => one.id === id);
    return found ? inTongue(found.name_ja, found.name_en) : '―';
  };
  const found = useFind(rows, (row) => [row.number, row.title, row.offence, unitName(row.unit)].join(' '));
  const columns: Column<Case>[] = [
    { id: 'number', label: t('case.number'), main: true, nowrap: true, cell: (row) => row.number, sortBy: (row) => row.number },
    { id: 'title', label: t('case.title'), cell: (row) => row.title },
    { id: 'offence', label: t('case.offence'), cell: (row) => row.offence },
    { id: 'unit', label: t('list.unit'), cell: (row) => unitName(row.unit) },
    {
      id: 'opened',
      label: t('case.opened'),
      nowrap: true,
      cell: (row) => formatDayShort(new Date(row.opened)),
      sortBy: (row) => row.opened,
    },
    {
      id: 'state',
      label: t('matter.state'),
      nowrap: true,
      cell: (row) => (
        <Mark tone={row.is_open ? 'active' : 'faint'} icon={row.is_open ? 'folder' : 'lock'}>
          {row.is_open ? t('case.open') : t('case.closed')}
        </Mark>
      ),
    },
    {
      id: 'steps',
      label: t('case.steps'),
      nowrap: true,
      cell: (row) => (
        <span className="flex flex-wrap gap-2 xl:flex-nowrap">
          <Button size="small" onClick={() => void navigate({ to: '/matters', search: { case_id: row.id } })}>
            {t('nav.matters')}
            <span className="sr-only"> {row.number}</span>
          </Button>
          {role === 'investigator' && row.is_open ? (
            <Button size="small" icon="pencil" onClick={() => void navigate({ to: '/inquiries/new', search: { case: row.id } })}>
              {t('case.inquire')}
              <span className="sr-only"> {row.number}</span>
            </Button>
          ) : null}
        </span>
      ),
    },
  ];
  const add = mayWrite ? (
    <Button kind="primary" icon="plus" onClick={() => setEdited('new')}>
      {t('case.add')}
    </Button>
  ) : undefined;
  return (
    <Page title={t('nav.cases')} lead={t('case.lead')} actions={add}>
      {problem ? (
        <Banner tone="danger" actions={<Button onClick={() => void cases.refetch()}>{t('app.retry')}</Button>}>
          {problem.text()}
        </Banner>
      ) : null}
      <div className="flex flex-wrap items-end justify-between gap-4">
        <Checkbox checked={closedToo} onChange={setClosedToo}>
          {t('case.closedToo')}
        </Checkbox>
        {found.field}
      </div>
      {cases.data ? (
        <DataTable
          caption={t('nav.cases')}
          captionHidden
          columns={columns}
          rows={found.rows}
          rowId={(row) => row.id}
          rowName={(row) => row.number}
          onOpen={mayWrite ? (row) => setEdited(row) : undefined}
          empty={
            found.nothing ?? (
              <EmptyState icon="file" title={t('case.none')} actions={add}>
                {t('case.noneText')}
              </EmptyState>
            )
          }
        />
      ) : problem ? null : (
        <Skeleton lines={8} />
      )}
      {edited ? <CaseDialog edited={edited === 'new' ? null : edited} onClose={() => setEdited(null)} /> : null}
    </Page>
  );
}

function CaseDialog({ edited, onClose }: { edited: Case | null; onClose: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const notify = useNotify();
  const client = useQueryClient();
  const units = useQuery(unitsQuery).data ?? [];
  const me = useQuery(peopleQuery).data?.find((one) => one.id === session.person);
  const [number, setNumber] = useState(edited?.number ?? '');
  const [title, setTitle] = useState(edited?.title ?? '');
  const [offence, setOffence] = useState(edited?.offence ?? '');
  const [unit, setUnit] = useState<string | null>(edited?.unit ?? null);
  const [missing, setMissing] = useState<Record<string, string>>({});
  const write = useWrite<Schema<'CaseCommand'>, Case>(
    (command, header) => take(api.POST('/api/cases', { params: { header }, body: command })),
    (_, command) => {
      void client.invalidateQueries({ queryKey: ['cases'] });
      notify(command.is_open ? t('case.saved') : t('case.closedDone'));
      onClose();
    },
  );
  const problem = asProblem(write.error);
  const ownUnit = unit ?? me?.unit ?? null;
  const save = (is_open: boolean) => {
    const found: Record<string, string> = {};
    if (!number.trim()) found.number = t('case.numberMissing');
    if (!title.trim()) found.title = t('case.titleMissing');
    if (!offence.trim()) found.offence = t('case.offenceMissing');
    setMissing(found);
    if (Object.keys(found).length > 0) return;
    write.mutate({
      ...(edited ? { id: edited.id } : {}),
      number: number.trim(),
      title: title.trim(),
      offence: offence.trim(),
      ...(ownUnit ? { unit: ownUnit } : {}),
      is_open,
    });
  };
  const error = (field: string) => missing[field] ?? fieldProblem(problem, field);
  return (
    <Dialog
      open
      onClose={onClose}
      title={edited ? t('case.edit', { number: edited.number }) : t('case.add')}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          {edited ? (
            <Button icon={edited.is_open ? 'lock' : 'folder'} busy={write.isPending} onClick={() => save(!edited.is_open)}>
              {edited.is_open ? t('case.close') : t('case.reopen')}
            </Button>
          ) : null}
          <Button kind="primary" busy={write.isPending} onClick={() => save(edited?.is_open ?? true)}>
            {t('action.save')}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        {restProblems(problem, ['/number', '/title', '/offence', '/unit']).map((item) => (
          <Banner key={item.code} tone="danger">
            {item[language()]}
          </Banner>
        ))}
        <TextField
          label={t('case.number')}
          help={t('case.numberHelp')}
          value={number}
          onChange={setNumber}
          error={error('number')}
          required
          autoFocus
        />
        <TextField label={t('case.title')} help={t('case.titleHelp')} value={title} onChange={setTitle} error={error('title')} required />
        <TextField label={t('case.offence')} value={offence} onChange={setOffence} error={error('offence')} required />
        <Select
          label={t('list.unit')}
          choices={units.filter((one) => one.is_active).map((one) => ({ id: one.id, label: inTongue(one.name_ja, one.name_en) }))}
          value={ownUnit}
          onChange={setUnit}
          error={error('unit')}
        />
      </div>
    </Dialog>
  );
}
