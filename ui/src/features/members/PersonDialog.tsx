// One person of the organisation: who, which roles, and (for the administrator) the invitation code and the devices.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem, restProblems } from '../../api/problem';
import { unitsQuery } from '../../api/queries';
import { type Role, useSession } from '../../api/session';
import { useWrite } from '../../api/use_write';
import { Banner, Button, Checkbox, CheckboxGroup, Dialog, Select, TextField, useNotify } from '../../components';
import { language } from '../../i18n';
import { formatDateTime } from '../../i18n/format';
import { DeviceMark, DeviceState } from '../help/HelpPage';
import { inTongue } from '../matters/words';

type Person = Schema<'Person'>;

const roles: Record<Schema<'Side'>, readonly Role[]> = {
  AGENCY: ['investigator', 'supervisor', 'approver', 'registrar', 'auditor', 'admin'],
  PROVIDER: ['intake', 'operator', 'legal', 'releaser', 'auditor', 'admin'],
};

const kFields = ['/login', '/name', '/kana', '/romaji', '/post', '/unit', '/roles', '/mail', '/telephone', '/extension'];

export function PersonDialog({ person, onClose }: { person: Person | null; onClose: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const notify = useNotify();
  const client = useQueryClient();
  const units = (useQuery(unitsQuery).data ?? []).filter((one) => one.is_active || one.id === person?.unit);
  const [form, setForm] = useState<Schema<'PersonCommand'>>(() =>
    person
      ? { ...person }
      : { login: '', name: '', post: '', roles: [], is_unit_head: false, mail: '', telephone: '', extension: '', is_active: true },
  );
  const [missing, setMissing] = useState<Record<string, string>>({});
  const set = (change: Schema<'PersonCommand'>) => setForm((previous) => ({ ...previous, ...change }));
  const write = useWrite<Schema<'PersonCommand'>, Person>(
    (command, header) => take(api.POST('/api/people', { params: { header }, body: command })),
    () => {
      void client.invalidateQueries({ queryKey: ['people'] });
      notify(t('people.saved'));
      onClose();
    },
  );
  const problem = asProblem(write.error);
  const save = () => {
    const found: Record<string, string> = {};
    if (!form.login?.trim()) found.login = t('login.nameMissing');
    if (!form.name?.trim()) found.name = t('people.nameMissing');
    if (!form.roles?.length) found.roles = t('people.rolesMissing');
    setMissing(found);
    if (Object.keys(found).length > 0) return;
    const optional = Object.fromEntries((['kana', 'romaji'] as const).flatMap((name) => (form[name]?.trim() ? [[name, form[name]?.trim()]] : [])));
    const { kana: _kana, romaji: _romaji, ...rest } = form;
    write.mutate({ ...rest, login: form.login?.trim(), name: form.name?.trim(), ...optional });
  };
  const error = (field: string) => missing[field] ?? fieldProblem(problem, field);
  const text = (field: 'login' | 'name' | 'kana' | 'romaji' | 'post' | 'mail' | 'telephone' | 'extension', required = false) => (
    <TextField
      label={t(`people.${field}`)}
      value={form[field] ?? ''}
      onChange={(value) => set({ [field]: value })}
      error={error(field)}
      required={required}
      optional={!required}
    />
  );
  return (
    <Dialog
      open
      onClose={onClose}
      title={person ? person.name : t('people.add')}
      wide
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" busy={write.isPending} onClick={save}>
            {t('action.save')}
          </Button>
        </>
      }
    >
      <div className="space-y-5">
        {restProblems(problem, kFields).map((item) => (
          <Banner key={item.code} tone="danger">
            {item[language()]}
          </Banner>
        ))}
        <div className="grid items-start gap-4 sm:grid-cols-2">
          {text('name', true)}
          {text('login', true)}
          {text('kana')}
          {text('romaji')}
          {text('post')}
          <Select
            label={t('list.unit')}
            choices={[{ id: '', label: t('people.noUnit') }, ...units.map((one) => ({ id: one.id, label: inTongue(one.name_ja, one.name_en) }))]}
            value={form.unit ?? ''}
            onChange={(unit) => setForm(({ unit: _old, ...rest }) => (unit ? { ...rest, unit } : rest))}
            error={error('unit')}
          />
          {text('mail')}
          {text('telephone')}
          {text('extension')}
        </div>
        <CheckboxGroup
          label={t('people.roles')}
          help={t('people.rolesHelp')}
          choices={roles[session.side].map((id) => ({ id, label: t(`role.${id}`) }))}
          value={form.roles ?? []}
          onChange={(next) => set({ roles: next })}
          error={error('roles')}
          row
          required
        />
        {session.side === 'AGENCY' ? (
          <Checkbox checked={form.is_unit_head ?? false} onChange={(is_unit_head) => set({ is_unit_head })} help={t('people.headHelp')}>
            {t('people.head')}
          </Checkbox>
        ) : null}
        <Checkbox checked={form.is_active ?? true} onChange={(is_active) => set({ is_active })} help={t('people.activeHelp')}>
          {t('people.active')}
        </Checkbox>
        {person && session.role === 'admin' ? <Access person={person} own={person.id === session.person} /> : null}
      </div>
    </Dialog>
  );
}

function Access({ person, own }: { person: Person; own: boolean }) {
  const { t } = useTranslation();
  const notify = useNotify();
  const client = useQueryClient();
  const devices = useQuery({
    queryKey: ['devices', person.id],
    queryFn: async ({ signal }) => (await take(api.GET('/api/people/{person}/devices', { params: { path: { person: person.id } }, signal }))).devices,
  });
  const invite = useWrite<null, Schema<'InvitationCode'>>((_, header) =>
    take(api.POST('/api/people/{person}/invitation', { params: { path: { person: person.id }, header } })),
  );
  const revoke = useWrite<string, unknown>(
    (vkey, header) => take(api.POST('/api/people/{person}/devices/revoke', { params: { path: { person: person.id }, header }, body: { vkey } })),
    () => {
      void client.invalidateQueries({ queryKey: ['devices', person.id] });
      notify(t('people.revoked'));
    },
  );
  const problem = asProblem(invite.error ?? revoke.error ?? devices.error);
  return (
    <section aria-labelledby="access-title" className="space-y-3 border-t border-line pt-4">
      <h3 id="access-title" className="text-dns-17B-130">
        {t('people.access')}
      </h3>
      {problem ? <Banner tone="danger">{problem.text()}</Banner> : null}
      <p className="text-dns-14N-130 text-sub">{t('people.keysHint')}</p>
      {invite.data ? (
        <Banner tone="success" title={t('people.invitation', { name: person.name })}>
          <p className="font-mono text-std-20B-150">{invite.data.code}</p>
          <p>{t('people.invitationText', { until: formatDateTime(new Date(invite.data.until)) })}</p>
        </Banner>
      ) : (
        <Button size="small" icon="key" busy={invite.isPending} disabledReason={own ? t('people.notSelf') : null} onClick={() => invite.mutate(null)}>
          {t('people.invite')}
        </Button>
      )}
      <ul className="space-y-2">
        {(devices.data ?? []).map((device) => (
          <li key={device.vkey} className="flex flex-wrap items-center justify-between gap-3 rounded-8 border border-line p-3">
            <span className="min-w-0">
              <span className="text-dns-16B-130 block">
                {device.device}
                {device.is_passkey ? <span className="text-dns-14N-130 ms-2 text-sub">{t('passkey.name')}</span> : null}
              </span>
              <span className="text-dns-14N-130 tabular text-sub">
                <DeviceState device={device} roles={person.roles} />
              </span>
            </span>
            <span className="flex flex-wrap items-center gap-3">
              <DeviceMark device={device} roles={person.roles} />
              {device.is_revoked ? null : (
                <Button size="small" icon="ban" busy={revoke.isPending} onClick={() => revoke.mutate(device.vkey)}>
                  {t('people.revoke')}
                </Button>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
