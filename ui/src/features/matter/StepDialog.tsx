// The dialogs of the steps that need words: a comment, a reason, a message, an outcome, a colleague.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/api';
import { asProblem, fieldProblem, restProblems } from '../../api/problem';
import { peopleQuery } from '../../api/queries';
import { Banner, Button, Dialog, RadioGroup, Select, TextField, useNotify } from '../../components';
import { language } from '../../i18n';
import { type ActionName, lookOf } from './actions';
import { type Step, useStep } from './use_act';

export const dialogSteps = [
  'check',
  'send_back',
  'withdraw',
  'void',
  'purge',
  'remind',
  'retrieve',
  'open_answer',
  'decline_narrowing',
  'feedback',
  'hand_over',
  'close',
  'retain',
] as const satisfies readonly ActionName[];
export type DialogStep = (typeof dialogSteps)[number];

export function isDialogStep(name: string): name is DialogStep {
  return (dialogSteps as readonly string[]).includes(name);
}

const outcomes: readonly Schema<'InquiryOutcome'>[] = [
  'SUSPECT_IDENTIFIED',
  'ARREST',
  'VICTIM_FOUND',
  'DAMAGE_PREVENTED',
  'LEAD_EXCLUDED',
  'STILL_INVESTIGATING',
  'NO_EFFECT',
];

// Whether words must be given, may be given, or are not asked for.
const needs: Record<DialogStep, 'required' | 'optional' | 'none'> = {
  check: 'optional',
  send_back: 'required',
  withdraw: 'required',
  void: 'required',
  purge: 'required',
  remind: 'optional',
  retrieve: 'optional',
  open_answer: 'required',
  decline_narrowing: 'required',
  feedback: 'optional',
  hand_over: 'required',
  close: 'optional',
  retain: 'none',
};

export interface StepDialogProps {
  matter: string;
  step: DialogStep;
  release: string | null; // the answer it is about
  onClose: () => void;
  onDone?: () => void;
}

export function StepDialog({ matter, step, release, onClose, onDone }: StepDialogProps) {
  const { t } = useTranslation();
  const notify = useNotify();
  const [text, setText] = useState('');
  const [missing, setMissing] = useState<string>();
  const [outcome, setOutcome] = useState<Schema<'InquiryOutcome'> | null>(null);
  const [outcomeMissing, setOutcomeMissing] = useState<string>();
  const [to, setTo] = useState<string | null>(null);
  const [toMissing, setToMissing] = useState<string>();
  const people = useQuery({ ...peopleQuery, enabled: step === 'hand_over' }).data ?? [];
  const write = useStep(matter, () => {
    notify(t(`stepDone.${step}`));
    onClose();
    onDone?.();
  });
  const problem = asProblem(write.error);
  const need = needs[step];

  const submit = () => {
    const words = text.trim();
    const noText = need === 'required' && words === '' ? t('step.wordsMissing') : undefined;
    const noOutcome = step === 'feedback' && !outcome ? t('step.outcomeMissing') : undefined;
    const noTo = step === 'hand_over' && !to ? t('step.toMissing') : undefined;
    setMissing(noText);
    setOutcomeMissing(noOutcome);
    setToMissing(noTo);
    if (noText || noOutcome || noTo) return;
    const act = actOf(step, words, release ?? '', outcome, to ?? '');
    if (act) write.mutate(act);
  };
  const danger = lookOf(step).danger === true;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(`step.${step}`)}
      alert={danger}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind={danger ? 'danger' : 'primary'} icon={lookOf(step).icon} busy={write.isPending} onClick={submit}>
            {t(`step.${step}`)}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        {restProblems(problem, ['/reason', '/comment', '/message', '/to']).map((item) => (
          <Banner key={item.code} tone="danger">
            {item[language()]}
          </Banner>
        ))}
        <p>{t(`stepText.${step}`)}</p>
        {step === 'feedback' ? (
          <RadioGroup
            label={t('step.outcome')}
            choices={outcomes.map((id) => ({ id, label: t(`outcome.${id}`) }))}
            value={outcome}
            onChange={setOutcome}
            error={outcomeMissing}
            required
          />
        ) : null}
        {step === 'hand_over' ? (
          <Select
            label={t('step.to')}
            choices={people
              .filter((one) => one.is_active && one.roles.includes('investigator'))
              .map((one) => ({ id: one.id, label: one.name, note: one.post }))}
            value={to}
            onChange={setTo}
            error={toMissing ?? fieldProblem(problem, '/to')}
            required
          />
        ) : null}
        {need === 'none' ? null : (
          <TextField
            label={t(`stepLabel.${labelOf(step)}`)}
            value={text}
            onChange={setText}
            rows={3}
            required={need === 'required'}
            optional={need === 'optional'}
            error={missing ?? fieldProblem(problem, `/${labelOf(step)}`)}
            autoFocus={step !== 'feedback' && step !== 'hand_over'} // what is asked first takes the focus
          />
        )}
      </div>
    </Dialog>
  );
}

function labelOf(step: DialogStep): 'reason' | 'comment' | 'message' {
  switch (step) {
    case 'check':
    case 'close':
      return 'comment';
    case 'remind':
    case 'retrieve':
    case 'decline_narrowing':
    case 'feedback':
      return 'message';
    case 'send_back':
    case 'withdraw':
    case 'void':
    case 'purge':
    case 'open_answer':
    case 'hand_over':
    case 'retain':
      return 'reason';
  }
}

function actOf(step: DialogStep, words: string, of: string, outcome: Schema<'InquiryOutcome'> | null, to: string): Step | null {
  switch (step) {
    case 'check':
    case 'close':
      return { step, body: { comment: words } };
    case 'withdraw':
    case 'void':
    case 'purge':
      return { step, body: { reason: words } };
    case 'send_back':
      return { step: 'send-back', body: { reason: words } };
    case 'remind':
      return { step, body: { message: words } };
    case 'retrieve':
      return { step, body: { of, message: words } };
    case 'decline_narrowing':
      return { step: 'decline', body: { of, message: words } };
    case 'open_answer':
      return { step: 'open', body: { of, reason: words } };
    case 'feedback':
      return outcome ? { step, body: { outcome, message: words } } : null;
    case 'hand_over':
      return { step: 'hand-over', body: { to, reason: words } };
    case 'retain':
      return { step };
  }
}
