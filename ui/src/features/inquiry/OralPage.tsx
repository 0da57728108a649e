// 口頭照会: a stub of what was asked by telephone; it escalates until the instrument follows.
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem, restProblems } from '../../api/problem';
import { casesQuery, lawQuery, organisationsQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import { useWrite } from '../../api/use_write';
import { Banner, Button, ComboBox, DateField, Page, TextField, useNotify } from '../../components';
import { useDraftStorage } from '../../hooks/useDraftStorage';
import { language } from '../../i18n';
import { inTongue, today } from '../matters/words';
import { NoAddressees, NoCases } from './Nothing';

interface OralForm {
  case_id: string;
  to: string;
  summary: string;
  day: string;
  clock: string;
}

const isOral = (value: unknown): value is OralForm =>
  typeof (value as OralForm | null)?.summary === 'string' && typeof (value as OralForm).clock === 'string';

export function OralPage() {
  const { t } = useTranslation();
  const session = useSession();
  const navigate = useNavigate();
  const notify = useNotify();
  const [start] = useState<OralForm>(() => ({ case_id: '', to: '', summary: '', day: today(), clock: '' }));
  const draft = useDraftStorage(`${session.organisation}.${session.person}`, 'oral', start, isOral);
  const form = draft.value;
  const set = (change: Partial<OralForm>) => draft.set((previous) => ({ ...previous, ...change }));
  const allCases = useQuery(casesQuery).data;
  const cases = (allCases ?? []).filter((one) => one.is_open);
  const addressees = useQuery(organisationsQuery('PROVIDER')).data;
  const organisations = addressees ?? [];
  const law = useQuery(lawQuery).data;
  const [missing, setMissing] = useState<Partial<Record<keyof OralForm, string>>>({});
  const write = useWrite<Schema<'OralCommand'>, Schema<'Written'>>(
    (command, header) => take(api.POST('/api/inquiries/oral', { params: { header }, body: command })),
    (written) => {
      draft.clear();
      notify(t('oral.done'));
      void navigate({ to: `/matters/${written.matter}` });
    },
  );
  const problem = asProblem(write.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found: typeof missing = {};
    if (!form.case_id) found.case_id = t('inq.caseMissing');
    if (!form.to) found.to = t('inq.toMissing');
    if (!form.summary.trim()) found.summary = t('oral.summaryMissing');
    if (!form.day) found.day = t('oral.dayMissing');
    if (!/^([01]?\d|2[0-3]):[0-5]\d$/.test(form.clock.trim())) found.clock = t('oral.clockMissing');
    setMissing(found);
    if (Object.keys(found).length > 0) return;
    const clock = form.clock.trim().padStart(5, '0');
    write.mutate({ case_id: form.case_id, to: form.to, summary: form.summary.trim(), asked_at: `${form.day}T${clock}:00+09:00` });
  };
  return (
    <Page title={t('oral.title')} lead={t('oral.lead', { n: String(law?.deadlines.oral_follow_up_days ?? 0) })}>
      <form onSubmit={submit} noValidate className="max-w-2xl space-y-5">
        {restProblems(problem, ['/case_id', '/to', '/summary', '/asked_at']).map((item) => (
          <Banner key={item.code} tone="danger">
            {item[language()]}
          </Banner>
        ))}
        <ComboBox
          key={`case-${cases.length}`}
          label={t('matter.case')}
          choices={cases.map((one) => ({ id: one.id, label: `${one.number} ${one.title}`, note: one.offence }))}
          value={form.case_id || null}
          onChange={(value) => set({ case_id: value ?? '' })}
          error={missing.case_id ?? fieldProblem(problem, '/case_id')}
          required
        />
        {allCases && cases.length === 0 ? <NoCases /> : null}
        <ComboBox
          key={`to-${organisations.length}`}
          label={t('matter.addressee')}
          choices={organisations.map((one) => ({ id: one.id, label: inTongue(one.name_ja, one.name_en), note: one.telephone }))}
          value={form.to || null}
          onChange={(value) => set({ to: value ?? '' })}
          error={missing.to ?? fieldProblem(problem, '/to')}
          required
        />
        {addressees?.length === 0 ? <NoAddressees /> : null}
        <TextField
          label={t('oral.summary')}
          help={t('oral.summaryHelp')}
          value={form.summary}
          onChange={(summary) => set({ summary })}
          rows={4}
          error={missing.summary ?? fieldProblem(problem, '/summary')}
          required
        />
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <DateField
            label={t('oral.day')}
            value={form.day || null}
            onChange={(day) => set({ day: day ?? '' })}
            max={today()}
            error={missing.day ?? fieldProblem(problem, '/asked_at')}
            required
          />
          <TextField
            label={t('oral.clock')}
            placeholder={t('oral.clockExample')}
            value={form.clock}
            onChange={(clock) => set({ clock })}
            error={missing.clock}
            inputMode="numeric"
            required
          />
        </div>
        <div className="flex flex-wrap gap-3">
          <Button kind="primary" type="submit" busy={write.isPending}>
            {t('oral.record')}
          </Button>
          <Button onClick={() => void navigate({ to: '/inquiries/new' })}>{t('action.cancel')}</Button>
        </div>
      </form>
    </Page>
  );
}
