// Assignment to named operators, for one matter or many. What has not been accepted yet is accepted first: both are acts of intake.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/api';
import { asProblem } from '../../api/problem';
import { peopleQuery } from '../../api/queries';
import { Banner, Button, CheckboxGroup, Dialog, EmptyState, Progress, Skeleton, TextField, useNotify } from '../../components';
import { LoadFailed } from './parts';
import { type Turn, useRefresh } from './queries';

export interface ToAssign {
  matter: string;
  number: string;
  turn: Turn;
}

export function AssignDialog({
  open,
  matters,
  onClose,
  onDone,
}: {
  open: boolean;
  matters: readonly ToAssign[];
  onClose: () => void;
  onDone: () => void;
}) {
  const { t } = useTranslation();
  const notify = useNotify();
  const refresh = useRefresh();
  const people = useQuery({ ...peopleQuery, enabled: open });
  const [chosen, setChosen] = useState<string[]>([]);
  const [comment, setComment] = useState('');
  const [missing, setMissing] = useState(false);
  const [progress, setProgress] = useState<{ done: number; total: number } | null>(null); // null: not running
  const [failed, setFailed] = useState<readonly { number: string; text: string }[]>([]);
  const stopped = useRef(false);

  useEffect(() => {
    if (!open) return;
    setMissing(false);
    setProgress(null);
    setFailed([]);
    stopped.current = false;
  }, [open]);

  // It runs in this page: whoever leaves it half-way is asked by the browser.
  const running = progress !== null;
  useEffect(() => {
    if (!running) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [running]);

  const operators = (people.data ?? []).filter((person) => person.is_active && person.roles.includes('operator'));
  const toAccept = matters.filter((one) => one.turn === 'ACCEPT').length;

  const run = async () => {
    if (chosen.length === 0) {
      setMissing(true);
      return;
    }
    setMissing(false);
    const refused: { number: string; text: string }[] = [];
    let finished = 0;
    stopped.current = false;
    setProgress({ done: 0, total: matters.length });
    for (const one of matters) {
      if (stopped.current) break;
      const params = { path: { matter: one.matter } };
      try {
        if (one.turn === 'ACCEPT') await api.POST('/api/matters/{matter}/accept', { params, body: {} });
        await api.POST('/api/matters/{matter}/assign', { params, body: { persons: chosen, comment: comment.trim() } });
      } catch (error) {
        refused.push({ number: one.number, text: asProblem(error)?.text() ?? String(error) });
      }
      finished += 1;
      setProgress({ done: finished, total: matters.length });
    }
    await refresh();
    setProgress(null);
    setFailed(refused);
    if (refused.length > 0) return;
    const names = operators.filter((person) => chosen.includes(person.id)).map((person) => person.name);
    notify(t('prov.assignedToast', { n: String(finished), names: names.join(t('matter.comma')) }));
    setComment('');
    onDone();
  };

  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('action.assign')}
      locked={running}
      actions={
        <>
          <Button disabledReason={running ? t('prov.assignRunning') : null} onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button kind="primary" icon="person" busy={running} onClick={() => void run()}>
            {t('action.assign')}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <p>
          {matters.length === 1 ? t('prov.assignOne', { number: matters[0]?.number ?? '' }) : t('prov.assignMany', { n: String(matters.length) })}
        </p>
        {toAccept > 0 && matters.length > 1 ? <p className="text-sub">{t('prov.assignAccepts', { n: String(toAccept) })}</p> : null}
        {people.isError ? (
          <LoadFailed error={people.error} retry={() => void people.refetch()} />
        ) : people.isPending ? (
          <Skeleton lines={3} />
        ) : operators.length === 0 ? (
          <EmptyState title={t('prov.noOperators')} icon="people">
            {t('prov.noOperatorsText')}
          </EmptyState>
        ) : (
          <CheckboxGroup
            label={t('prov.operators')}
            help={t('prov.operatorsHelp')}
            required
            choices={operators.map((person) => ({ id: person.id, label: person.post ? `${person.name}(${person.post})` : person.name }))}
            value={chosen}
            onChange={setChosen}
            error={missing ? t('prov.operatorsMissing') : undefined}
          />
        )}
        <TextField label={t('prov.assignComment')} optional rows={2} value={comment} onChange={setComment} />
        {progress && progress.total > 1 ? (
          <Progress
            label={t('action.assign')}
            done={progress.done}
            total={progress.total}
            note={t('prov.assignKeepOpen')}
            onCancel={() => {
              stopped.current = true;
            }}
          />
        ) : null}
        {failed.length > 0 ? (
          <Banner tone="danger" title={t('prov.assignFailed', { n: String(failed.length) })}>
            <ul className="space-y-1">
              {failed.map((one) => (
                <li key={one.number}>
                  <span className="font-700">{one.number}</span> {one.text}
                </li>
              ))}
            </ul>
          </Banner>
        ) : null}
      </div>
    </Dialog>
  );
}
