// 監察の所見: what the audit looked at in this matter and what it found; an act like any other.
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem, restProblems } from '../../api/problem';
import { useWrite } from '../../api/use_write';
import { Banner, Button, Dialog, TextField, useNotify } from '../../components';
import { language } from '../../i18n';
import { useRefreshMatter } from './use_act';

export function FindingDialog({ matter, onClose }: { matter: string; onClose: () => void }) {
  const { t } = useTranslation();
  const notify = useNotify();
  const refresh = useRefreshMatter(matter);
  const [rule, setRule] = useState('');
  const [text, setText] = useState('');
  const [missing, setMissing] = useState<{ rule?: string; text?: string }>({});
  const write = useWrite<Schema<'FindingCommand'>, Schema<'Written'>>(
    (body, header) => take(api.POST('/api/matters/{matter}/findings', { params: { path: { matter }, header }, body })),
    () => {
      refresh();
      notify(t('finding.done'));
      onClose();
    },
  );
  const problem = asProblem(write.error);
  const save = () => {
    const found = {
      ...(rule.trim() ? {} : { rule: t('finding.ruleMissing') }),
      ...(text.trim() ? {} : { text: t('finding.textMissing') }),
    };
    setMissing(found);
    if (Object.keys(found).length === 0) write.mutate({ rule: rule.trim(), text: text.trim() });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('finding.record')}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" icon="shield" busy={write.isPending} onClick={save}>
            {t('finding.record')}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        {restProblems(problem, ['/rule', '/text']).map((item) => (
          <Banner key={item.code} tone="danger">
            {item[language()]}
          </Banner>
        ))}
        <p>{t('finding.lead')}</p>
        <TextField
          label={t('finding.rule')}
          help={t('finding.ruleHelp')}
          value={rule}
          onChange={setRule}
          error={missing.rule ?? fieldProblem(problem, '/rule')}
          required
          autoFocus
        />
        <TextField
          label={t('finding.text')}
          help={t('finding.textHelp')}
          value={text}
          onChange={setText}
          rows={5}
          error={missing.text ?? fieldProblem(problem, '/text')}
          required
        />
      </div>
    </Dialog>
  );
}
