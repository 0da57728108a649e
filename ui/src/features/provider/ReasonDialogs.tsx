// Sending something back, with its reason: the inquiry to the agency, the answer to its preparer.
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem } from '../../api/problem';
import { useWrite } from '../../api/use_write';
import { Button, Dialog, Select, TextField } from '../../components';
import { Refusal } from './parts';
import type { ReasonCode } from './queries';
import type { Words } from './words';

export interface ReturnDialogProps {
  open: boolean;
  onClose: () => void;
  onDone: () => void;
  matter: string;
  number: string;
  words: Words;
  suspect: boolean;
}

export function ReturnDialog({ open, onClose, onDone, matter, number, words, suspect }: ReturnDialogProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState<ReasonCode | null>(suspect ? 'AUTHENTICITY_FAILED' : null);
  const [message, setMessage] = useState('');
  const [missing, setMissing] = useState(false);
  const write = useWrite(
    (body: { reason: ReasonCode; message: string }, headers) =>
      take(api.POST('/api/matters/{matter}/return', { params: { path: { matter } }, body, headers })),
    onDone,
  );
  const problem = asProblem(write.error);
  const send = () => {
    setMissing(reason === null);
    if (reason) write.mutate({ reason, message: message.trim() });
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('prov.returnTitle')}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" icon="undo" busy={write.isPending} onClick={send}>
            {t('prov.returnVerb')}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <p>{t('prov.returnText', { number })}</p>
        <Refusal error={write.error} fields={['/reason', '/message']} />
        <Select
          label={t('prov.reason')}
          required
          value={reason}
          onChange={setReason}
          choices={words.reasonsOf(['RETURN', 'REFUSE']).map((id) => ({ id, label: words.reason(id), note: words.reasonSentence(id) }))}
          error={missing && !reason ? t('prov.lack.reason') : fieldProblem(problem, '/reason')}
        />
        <TextField
          label={t('prov.returnMessage')}
          help={t('prov.returnMessageHelp')}
          optional
          rows={3}
          value={message}
          onChange={setMessage}
          error={fieldProblem(problem, '/message')}
        />
      </div>
    </Dialog>
  );
}

export function SendBackDialog({ open, onClose, onDone, matter }: { open: boolean; onClose: () => void; onDone: () => void; matter: string }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const write = useWrite(
    (body: { reason: string }, headers) => take(api.POST('/api/matters/{matter}/send-back-answer', { params: { path: { matter } }, body, headers })),
    onDone,
  );
  const send = () => {
    const empty = reason.trim() === '';
    setMissing(empty);
    if (!empty) write.mutate({ reason: reason.trim() });
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('prov.sendBackTitle')}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" icon="undo" busy={write.isPending} onClick={send}>
            {t('action.return')}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <p>{t('prov.sendBackText')}</p>
        <Refusal error={write.error} fields={['/reason']} />
        <TextField
          label={t('prov.sendBackReason')}
          help={t('prov.sendBackHelp')}
          required
          rows={3}
          value={reason}
          onChange={setReason}
          error={missing && reason.trim() === '' ? t('prov.lack.comment') : fieldProblem(asProblem(write.error), '/reason')}
        />
      </div>
    </Dialog>
  );
}
