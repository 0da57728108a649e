// Stands in place of a matter until somebody who has no part in it has said why he looks.
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { fieldProblem, type Problem, restProblems } from '../../api/problem';
import { useSession } from '../../api/session';
import { Banner, Button, cx, Icon, Page, TextField } from '../../components';
import { language } from '../../i18n';

const choices = { AGENCY: ['sample', 'handOver', 'superior'], PROVIDER: ['audit', 'handOver'] } as const;

export interface ReasonFormProps {
  given: string; // the reason the server has just been told; empty: none yet
  problem: Problem | null;
  busy: boolean;
  onGive: (reason: string) => void;
}

export function ReasonForm({ given, problem, busy, onGive }: ReasonFormProps) {
  const { t } = useTranslation();
  const session = useSession();
  const navigate = useNavigate();
  const [reason, setReason] = useState(given);
  const [missing, setMissing] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const words = reason.trim();
    setMissing(words === '');
    if (words !== '' && !busy) onGive(words);
  };
  // That a reason is needed is what the page says; only what is wrong with a given one is an error.
  const refused = given === '' ? undefined : fieldProblem(problem, '/reason');
  return (
    <Page title={t('viewReason.title')} lead={t('viewReason.lead')}>
      <form onSubmit={submit} noValidate className="max-w-2xl space-y-5">
        {restProblems(problem, ['/reason']).map((item) => (
          <Banner key={item.code} tone="danger">
            {item[language()]}
          </Banner>
        ))}
        <fieldset className="flex flex-wrap items-center gap-2">
          <legend className="text-dns-14N-130 pb-2 text-sub">{t('viewReason.quick')}</legend>
          {choices[session.side].map((name) => {
            const words = t(`viewReason.choice.${name}`);
            const on = reason === words;
            return (
              <button
                key={name}
                type="button"
                aria-pressed={on}
                onClick={() => setReason(words)}
                className={cx(
                  'text-dns-16N-130 inline-flex min-h-9 items-center gap-1.5 rounded-full border px-3 py-1',
                  on ? 'border-accent bg-accent-soft font-700 text-accent-strong' : 'border-edge bg-white hover:bg-shade',
                )}
              >
                {on ? <Icon name="check" size={16} /> : null}
                {words}
              </button>
            );
          })}
        </fieldset>
        <TextField
          label={t('viewReason.label')}
          help={t('viewReason.help')}
          value={reason}
          onChange={setReason}
          error={missing && reason.trim() === '' ? t('viewReason.missing') : refused}
          autoComplete="off"
          required
        />
        <div className="flex flex-wrap gap-3">
          <Button kind="primary" type="submit" icon="eye" busy={busy}>
            {t('viewReason.submit')}
          </Button>
          <Button onClick={() => void navigate({ to: '/matters' })}>{t('viewReason.toList')}</Button>
        </div>
      </form>
    </Page>
  );
}
