// 証拠一式: everything of the matter in one file that verifies without this system. Who takes it says why; that view is the act, and is in the file.
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem, restProblems } from '../../api/problem';
import { useWrite } from '../../api/use_write';
import { Banner, Button, Dialog, TextField, useNotify } from '../../components';
import { language } from '../../i18n';
import { saveFile } from './answer_csv';
import { useRefreshMatter } from './use_act';

type Bundle = { file: Blob; unproven: number };

export function EvidenceDialog({ matter, number, onClose }: { matter: string; number: string; onClose: () => void }) {
  const { t } = useTranslation();
  const notify = useNotify();
  const refresh = useRefreshMatter(matter);
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState<string>();
  const write = useWrite<string, Bundle>(
    async (words, header) => {
      const params = { path: { matter } };
      await take(api.POST('/api/matters/{matter}/view', { params: { ...params, header }, body: { reason: words, reveal: ['evidence'] } }));
      const { data, response } = await api.GET('/api/matters/{matter}/evidence.zip', { params, parseAs: 'blob' });
      return { file: data as unknown as Blob, unproven: Number(response.headers.get('Warifu-Unproven') ?? 0) };
    },
    (bundle) => {
      saveFile(`${number.replace(/[^\p{Letter}\p{Number}.-]/gu, '_')}.zip`, bundle.file);
      refresh();
      notify(bundle.unproven > 0 ? t('evidenceUnproven', { count: bundle.unproven, n: String(bundle.unproven) }) : t('stepDone.evidence'));
      onClose();
    },
  );
  const problem = asProblem(write.error);
  const submit = () => {
    setMissing(reason.trim() ? undefined : t('step.wordsMissing'));
    if (reason.trim()) write.mutate(reason.trim());
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('step.evidence')}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" icon="proof" busy={write.isPending} onClick={submit}>
            {t('step.evidence')}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        {restProblems(problem, ['/reason']).map((item) => (
          <Banner key={item.code} tone="danger">
            {item[language()]}
          </Banner>
        ))}
        <p>{t('stepText.evidence')}</p>
        <TextField
          label={t('stepLabel.reason')}
          value={reason}
          onChange={setReason}
          error={missing ?? fieldProblem(problem, '/reason')}
          required
          autoFocus
        />
      </div>
    </Dialog>
  );
}
