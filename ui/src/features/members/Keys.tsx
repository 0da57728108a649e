// The keys of the organisation's people: those that wait for a second person, and those that sign now, each of which a second person can end.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { useSession } from '../../api/session';
import { Button, type Column, DataTable, EmptyState, Skeleton, useNotify } from '../../components';
import { formatDate } from '../../i18n/format';
import { Failed } from './Failed';
import { SignEntryDialog } from './SignEntryDialog';

export function Keys() {
  return (
    <div className="space-y-10">
      <WaitingKeys />
      <AdmittedKeys />
    </div>
  );
}

// Name and key id tell keys apart; the key itself says nothing to people.
const idOfKey = (vkey: string) => vkey.split('+').slice(1).join('+');

type Waiting = Schema<'WaitingKey'>;

function WaitingKeys() {
  const { t } = useTranslation();
  const notify = useNotify();
  const client = useQueryClient();
  const waiting = useQuery({
    queryKey: ['keys', 'waiting'],
    queryFn: async ({ signal }) => (await take(api.GET('/api/keys/waiting', { signal }))).keys,
  });
  const [chosen, setChosen] = useState<Waiting | null>(null);
  const columns: Column<Waiting>[] = [
    { id: 'name', label: t('people.name'), main: true, nowrap: true, cell: (row) => row.name },
    { id: 'post', label: t('people.post'), cell: (row) => row.post || '―' },
    { id: 'role', label: t('timeline.role'), cell: (row) => t(`role.${row.role}`) },
    { id: 'device', label: t('keysAdmitted.device'), cell: (row) => row.device },
    { id: 'key', label: t('proof.personKey'), cell: (row) => <code className="font-mono break-all">{idOfKey(row.vkey)}</code> },
    {
      id: 'admit',
      label: t('case.steps'),
      cell: (row) => (
        <Button
          size="small"
          icon="key"
          onClick={() => setChosen(row)}
          aria-label={t('keysWaiting.admitOf', { name: row.name, role: t(`role.${row.role}`) })}
        >
          {t('keysWaiting.admit')}
        </Button>
      ),
    },
  ];
  const command = chosen ? { person: chosen.person, role: chosen.role, vkey: chosen.vkey } : null;
  return (
    <section aria-labelledby="keys-waiting" className="space-y-4">
      <h2 id="keys-waiting" className="text-std-20B-150">
        {t('keysWaiting.title')}
      </h2>
      <Failed error={waiting.error} retry={() => void waiting.refetch()} />
      <p className="text-read text-sub">{t('keysWaiting.lead')}</p>
      {waiting.data ? (
        <DataTable
          caption={t('keysWaiting.title')}
          captionHidden
          columns={columns}
          rows={waiting.data}
          rowId={(row) => row.vkey + row.role}
          rowName={(row) => row.name}
          empty={
            <EmptyState icon="key" title={t('keysWaiting.none')}>
              {t('keysWaiting.noneText')}
            </EmptyState>
          }
        />
      ) : waiting.error ? null : (
        <Skeleton lines={4} />
      )}
      {chosen && command ? (
        <SignEntryDialog
          title={t('keysWaiting.admit')}
          lead={t('keysWaiting.signLead')}
          facts={[
            [t('people.name'), `${chosen.name} ${chosen.post}`],
            [t('timeline.role'), t(`role.${chosen.role}`)],
            [t('keysAdmitted.device'), chosen.device],
            [t('proof.personKey'), chosen.vkey],
          ]}
          verb={t('action.sign')}
          shown={{ person: chosen.person, role: chosen.role }}
          prepare={() => take(api.POST('/api/keys/admission/prepare', { body: command }))}
          commit={(entry) => take(api.POST('/api/keys/admission', { body: entry }))}
          onDone={() => {
            void client.invalidateQueries({ queryKey: ['keys'] });
            notify(t('keysWaiting.done'));
            setChosen(null);
          }}
          onClose={() => setChosen(null)}
        />
      ) : null}
    </section>
  );
}

type Admitted = Schema<'AdmittedKey'>;

function AdmittedKeys() {
  const { t } = useTranslation();
  const session = useSession();
  const notify = useNotify();
  const client = useQueryClient();
  const admitted = useQuery({
    queryKey: ['keys', 'admitted'],
    queryFn: async ({ signal }) => (await take(api.GET('/api/keys/admitted', { signal }))).keys,
  });
  const [chosen, setChosen] = useState<Admitted | null>(null);
  const roleOf = (row: Admitted) => t(`role.${row.role}`) + (row.delegator ? ` (${t('keysAdmitted.delegate')})` : '');
  const columns: Column<Admitted>[] = [
    { id: 'name', label: t('people.name'), main: true, nowrap: true, cell: (row) => row.name, sortBy: (row) => row.name },
    { id: 'role', label: t('timeline.role'), cell: roleOf },
    { id: 'device', label: t('keysAdmitted.device'), cell: (row) => row.device || '―' },
    { id: 'until', label: t('keysAdmitted.until'), nowrap: true, cell: (row) => formatDate(new Date(row.until)), sortBy: (row) => row.until },
    {
      id: 'end',
      label: t('case.steps'),
      nowrap: true,
      cell: (row) => (
        <Button
          size="small"
          icon="ban"
          disabledReason={row.person === session.person ? t('keysAdmitted.own') : null}
          onClick={() => setChosen(row)}
          aria-label={t('keysAdmitted.endOf', { name: row.name, role: roleOf(row) })}
        >
          {t('keysAdmitted.end')}
        </Button>
      ),
    },
  ];
  const command = chosen ? { person: chosen.person, role: chosen.role, vkey: chosen.vkey } : null;
  return (
    <section aria-labelledby="keys-admitted" className="space-y-4">
      <h2 id="keys-admitted" className="text-std-20B-150">
        {t('keysAdmitted.title')}
      </h2>
      <Failed error={admitted.error} retry={() => void admitted.refetch()} />
      <p className="text-read text-sub">{t('keysAdmitted.lead')}</p>
      {admitted.data ? (
        <DataTable
          caption={t('keysAdmitted.title')}
          captionHidden
          columns={columns}
          rows={admitted.data}
          rowId={(row) => row.vkey + row.role}
          rowName={(row) => row.name}
          keys={false}
        />
      ) : admitted.error ? null : (
        <Skeleton lines={6} />
      )}
      {chosen && command ? (
        <SignEntryDialog
          title={t('keysAdmitted.endTitle')}
          lead={t('keysAdmitted.endLead')}
          facts={[
            [t('people.name'), `${chosen.name} ${chosen.post}`],
            [t('timeline.role'), roleOf(chosen)],
            [t('keysAdmitted.device'), chosen.device || '―'],
            [t('proof.personKey'), chosen.vkey],
          ]}
          verb={t('keysAdmitted.endTitle')}
          shown={{ person: chosen.person, role: chosen.role, ...(chosen.delegator ? { delegator: chosen.delegator } : {}) }}
          prepare={() => take(api.POST('/api/keys/revocation/prepare', { body: command }))}
          commit={(entry) => take(api.POST('/api/keys/revocation', { body: entry }))}
          onDone={() => {
            void client.invalidateQueries({ queryKey: ['keys'] });
            notify(t('keysAdmitted.done'));
            setChosen(null);
          }}
          onClose={() => setChosen(null)}
        />
      ) : null}
    </section>
  );
}
