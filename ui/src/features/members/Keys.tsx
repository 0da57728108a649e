// The keys of the organisation's people: those that wait for a second person, and those that sign now, each of which a second person can end.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { useSession } from '../../api/session';
import { Button, type Column, DataTable, EmptyState, type IconName, Skeleton, useNotify } from '../../components';
import { formatDate } from '../../i18n/format';
import { useNameColumn, usePostColumn } from './columns';
import { Failed } from './Failed';
import { idOfKey } from './key_id';
import { SignEntryDialog } from './SignEntryDialog';

type Waiting = Schema<'WaitingKey'>;
type Admitted = Schema<'AdmittedKey'>;

export function Keys() {
  return (
    <div className="space-y-10">
      <WaitingKeys />
      <AdmittedKeys />
    </div>
  );
}

interface SectionProps<Key> {
  id: 'waiting' | 'admitted'; // of the list, and of the section in the page
  title: string;
  lead: string;
  list: (signal: AbortSignal) => Promise<Key[]>;
  roleOf: (key: Key) => string;
  more: Column<Key>[]; // after name, post, role and device
  step: { label: string; icon: IconName; named: (key: Key) => string; disabledReason?: (key: Key) => string | null };
  dialog: {
    title: string;
    lead: string;
    verb: string;
    delegator?: (key: Key) => string | null | undefined;
    prepare: (command: Schema<'AdmissionCommand'>) => Promise<Schema<'PreparedEntry'>>;
    commit: (entry: Schema<'SignedEntry'>) => Promise<unknown>;
    done: string;
  };
  empty?: ReactNode;
  keys?: boolean;
}

function KeySection<Key extends Waiting>({ id, title, lead, list, roleOf, more, step, dialog, empty, keys }: SectionProps<Key>) {
  const { t } = useTranslation();
  const notify = useNotify();
  const client = useQueryClient();
  const query = useQuery({ queryKey: ['keys', id], queryFn: ({ signal }) => list(signal) });
  const [chosen, setChosen] = useState<Key | null>(null);
  const columns: Column<Key>[] = [
    useNameColumn<Key>((row) => row.name),
    usePostColumn<Key>(),
    { id: 'role', label: t('timeline.role'), nowrap: true, cell: roleOf },
    { id: 'device', label: t('keysAdmitted.device'), cell: (row) => row.device || '―' },
    ...more,
    {
      id: 'step',
      label: t('case.steps'),
      nowrap: true,
      cell: (row) => (
        <Button size="small" icon={step.icon} disabledReason={step.disabledReason?.(row)} onClick={() => setChosen(row)} aria-label={step.named(row)}>
          {step.label}
        </Button>
      ),
    },
  ];
  const command = chosen ? { person: chosen.person, role: chosen.role, vkey: chosen.vkey } : null;
  const delegator = chosen && dialog.delegator?.(chosen);
  return (
    <section aria-labelledby={`keys-${id}`} className="space-y-4">
      <h2 id={`keys-${id}`} className="text-std-20B-150">
        {title}
      </h2>
      <Failed error={query.error} retry={() => void query.refetch()} />
      <p className="text-read text-sub">{lead}</p>
      {query.data ? (
        <DataTable
          caption={title}
          captionHidden
          columns={columns}
          rows={query.data}
          rowId={(row) => row.vkey + row.role}
          rowName={(row) => row.name}
          empty={empty}
          keys={keys}
        />
      ) : query.error ? null : (
        <Skeleton lines={4} />
      )}
      {chosen && command ? (
        <SignEntryDialog
          title={dialog.title}
          lead={dialog.lead}
          facts={[
            [t('people.name'), `${chosen.name} ${chosen.post}`],
            [t('timeline.role'), roleOf(chosen)],
            [t('keysAdmitted.device'), chosen.device || '―'],
            [t('proof.personKey'), chosen.vkey],
          ]}
          verb={dialog.verb}
          shown={{ person: chosen.person, role: chosen.role, ...(delegator ? { delegator } : {}) }}
          prepare={() => dialog.prepare(command)}
          commit={dialog.commit}
          onDone={() => {
            void client.invalidateQueries({ queryKey: ['keys'] });
            notify(dialog.done);
            setChosen(null);
          }}
          onClose={() => setChosen(null)}
        />
      ) : null}
    </section>
  );
}

function WaitingKeys() {
  const { t } = useTranslation();
  const session = useSession();
  const roleOf = (row: Waiting) => t(`role.${row.role}`);
  return (
    <KeySection<Waiting>
      id="waiting"
      title={t('keysWaiting.title')}
      lead={t('keysWaiting.lead')}
      list={async (signal) => (await take(api.GET('/api/keys/waiting', { signal }))).keys}
      roleOf={roleOf}
      more={[{ id: 'key', label: t('proof.personKey'), cell: (row) => <code className="font-mono break-all">{idOfKey(row.vkey)}</code> }]}
      step={{
        label: t('keysWaiting.admit'),
        icon: 'key',
        named: (row) => t('keysWaiting.admitOf', { name: row.name, role: roleOf(row) }),
        disabledReason: (row) => (row.person === session.person ? t('keysWaiting.own') : null),
      }}
      dialog={{
        title: t('keysWaiting.admit'),
        lead: t('keysWaiting.signLead'),
        verb: t('action.sign'),
        prepare: (body) => take(api.POST('/api/keys/admission/prepare', { body })),
        commit: (body) => take(api.POST('/api/keys/admission', { body })),
        done: t('keysWaiting.done'),
      }}
      empty={
        <EmptyState icon="key" title={t('keysWaiting.none')}>
          {t('keysWaiting.noneText')}
        </EmptyState>
      }
    />
  );
}

function AdmittedKeys() {
  const { t } = useTranslation();
  const session = useSession();
  const roleOf = (row: Admitted) => t(`role.${row.role}`) + (row.delegator ? ` (${t('keysAdmitted.delegate')})` : '');
  const day = (id: 'from' | 'until'): Column<Admitted> => ({
    id,
    label: t(`keysAdmitted.${id}`),
    nowrap: true,
    cell: (row) => formatDate(new Date(row[id])),
    sortBy: (row) => row[id],
  });
  return (
    <KeySection<Admitted>
      id="admitted"
      title={t('keysAdmitted.title')}
      lead={t('keysAdmitted.lead')}
      list={async (signal) => (await take(api.GET('/api/keys/admitted', { signal }))).keys}
      roleOf={roleOf}
      more={[day('from'), day('until')]}
      step={{
        label: t('keysAdmitted.end'),
        icon: 'ban',
        named: (row) => t('keysAdmitted.endOf', { name: row.name, role: roleOf(row) }),
        disabledReason: (row) => (row.person === session.person ? t('keysAdmitted.own') : null),
      }}
      dialog={{
        title: t('keysAdmitted.endTitle'),
        lead: t('keysAdmitted.endLead'),
        verb: t('keysAdmitted.endTitle'),
        delegator: (row) => row.delegator,
        prepare: (body) => take(api.POST('/api/keys/revocation/prepare', { body })),
        commit: (body) => take(api.POST('/api/keys/revocation', { body })),
        done: t('keysAdmitted.done'),
      }}
      empty={
        <EmptyState icon="key" title={t('keysAdmitted.none')}>
          {t('keysAdmitted.noneText')}
        </EmptyState>
      }
      keys={false}
    />
  );
}
