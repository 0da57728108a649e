// One item under judgement: the question, the law's answer, and what a person decides about it. Intake and the legal desk share it.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { fieldProblem, type Problem } from '../../api/problem';
import { CheckboxGroup, DateField, Icon, Select, TextField } from '../../components';
import { periodText } from '../matters/words';
import { dayInJapan } from './days';
import { choicesFor, type DecisionDraft, type Desk, type Lack, needsComment, reasonUses, standingOf } from './decisions';
import { DispositionMark, ItemQuestion, JudgementBox, Terms } from './parts';
import type { Decision, MatterItem } from './queries';
import type { Words } from './words';

export interface DecisionEditorProps {
  desk: Desk;
  item: MatterItem;
  index: number; // in the list that is sent: refusals name it
  suggestion?: Decision;
  draft: DecisionDraft;
  onChange: (draft: DecisionDraft) => void;
  lacking: readonly Lack[];
  problem: Problem | null;
  words: Words;
  readOnly?: boolean; // recorded: shown, not edited
}

export function DecisionEditor({ desk, item, index, suggestion, draft, onChange, lacking, problem, words, readOnly }: DecisionEditorProps) {
  const { t } = useTranslation();
  const set = (part: Partial<DecisionDraft>) => onChange({ ...draft, ...part });
  const choices = choicesFor(desk, item.judgement);
  const standing = standingOf(item.judgement);
  const reasons = words.reasonsOf(reasonUses(draft.disposition));
  const at = (field: string) => fieldProblem(problem, `/decisions/${index}/${field}`);
  const lack = (part: Lack) => (lacking.includes(part) ? t(`prov.lack.${part}`) : undefined);
  const asked = item.item.period;
  const title = `decide-${item.item.no}`;
  const explains = needsComment(desk, item.judgement, draft.disposition);
  return (
    <section aria-labelledby={title} className="rounded-12 border border-line">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-3 sm:px-6">
        <h2 id={title} className="text-dns-17B-130">
          {t('prov.itemNo', { n: String(item.item.no) })}
        </h2>
        {item.decision ? (
          <span className="text-dns-14N-130 flex items-center gap-2 text-sub">
            {t('prov.recorded')}
            <DispositionMark disposition={item.decision.disposition} />
          </span>
        ) : suggestion ? (
          <span className="text-dns-14N-130 flex items-center gap-2 text-sub">
            {t('prov.suggested')}
            <DispositionMark disposition={suggestion.disposition} />
          </span>
        ) : null}
      </div>
      <div className="space-y-5 p-4 sm:p-6">
        <ItemQuestion item={item} words={words} />
        <JudgementBox judgement={item.judgement} words={words} />
        {readOnly ? (
          <Recorded item={item} words={words} />
        ) : (
          <div className="space-y-4 border-t border-line pt-5">
            <div className="grid gap-4 sm:grid-cols-2">
              <Select
                label={t('prov.decision')}
                required
                value={draft.disposition}
                onChange={(disposition) => set({ disposition, reason: null })}
                choices={choices.map((id) => ({ id, label: t(`prov.disposition.${id}`), note: t(`prov.dispositionNote.${id}`) }))}
                error={lack('disposition') ?? at('disposition')}
              />
              {reasons.length > 0 ? (
                <Select
                  label={t('prov.reason')}
                  required={draft.disposition === 'RETURN'}
                  value={draft.reason}
                  onChange={(reason) => set({ reason })}
                  choices={reasons.map((id) => ({ id, label: words.reason(id), note: words.reasonSentence(id) }))}
                  help={draft.disposition === 'RETURN' ? undefined : t('prov.reasonDefault')}
                  error={lack('reason') ?? at('reason')}
                />
              ) : null}
            </div>
            {standing !== 'ALLOWED' && !(desk === 'LEGAL' && standing === 'OPEN') ? (
              <p className="text-dns-14N-130 flex items-start gap-1.5 text-sub">
                <Icon name="lock" size={16} className="mt-px" />
                {standing === 'OPEN' ? t('prov.openHint') : t('prov.closedHint')}
              </p>
            ) : null}
            {draft.disposition === 'NARROW' ? (
              <fieldset className="space-y-4 rounded-8 border border-line p-4">
                <legend className="text-dns-16B-130 px-1">{t('prov.narrowTitle')}</legend>
                <div className="flex flex-wrap gap-4">
                  <DateField
                    label={t('prov.narrowFrom')}
                    value={draft.from}
                    onChange={(from) => set({ from })}
                    min={asked ? dayInJapan(asked.from) : undefined}
                    max={asked ? dayInJapan(asked.until) : undefined}
                  />
                  <DateField
                    label={t('prov.narrowUntil')}
                    value={draft.until}
                    onChange={(until) => set({ until })}
                    min={asked ? dayInJapan(asked.from) : undefined}
                    max={asked ? dayInJapan(asked.until) : undefined}
                    error={at('narrowing/period')}
                  />
                </div>
                {item.item.categories.length > 1 ? (
                  <CheckboxGroup
                    label={t('prov.narrowCategories')}
                    choices={item.item.categories.map((id) => ({ id, label: words.category(id) }))}
                    value={draft.categories}
                    onChange={(categories) => set({ categories })}
                  />
                ) : null}
                <TextField
                  label={t('prov.narrowMessage')}
                  help={t('prov.narrowMessageHelp')}
                  rows={2}
                  value={draft.message}
                  onChange={(message) => set({ message })}
                  error={at('narrowing/message')}
                />
                {lack('narrowing') || at('narrowing') ? (
                  <p role="alert" className="text-dns-14N-130 flex items-start gap-1 text-danger">
                    <Icon name="danger" size={16} className="mt-px" />
                    {lack('narrowing') ?? at('narrowing')}
                  </p>
                ) : null}
              </fieldset>
            ) : null}
            <TextField
              label={desk === 'LEGAL' ? t('prov.legalReason') : t('prov.comment')}
              help={desk === 'LEGAL' ? t('prov.legalReasonHelp') : explains ? t('prov.commentStricter') : t('prov.commentHelp')}
              rows={desk === 'LEGAL' ? 3 : 2}
              required={explains}
              optional={!explains}
              value={draft.comment}
              onChange={(comment) => set({ comment })}
              error={lack('comment') ?? at('comment')}
            />
            {fieldProblem(problem, `/decisions/${index}`) && problem?.items.some((one) => one.where.replace(/^\//, '') === `decisions/${index}`) ? (
              <p role="alert" className="text-dns-14N-130 flex items-start gap-1 text-danger">
                <Icon name="danger" size={16} className="mt-px" />
                {fieldProblem(problem, `/decisions/${index}`)}
              </p>
            ) : null}
          </div>
        )}
      </div>
    </section>
  );
}

// What has been decided, in words.
export function Recorded({ item, words }: { item: MatterItem; words: Words }) {
  const { t } = useTranslation();
  const { decision } = item;
  if (!decision) return null;
  const rows: (readonly [string, ReactNode])[] = [[t('prov.decision'), <DispositionMark key="d" disposition={decision.disposition} />]];
  if (decision.reason) rows.push([t('prov.reason'), words.reason(decision.reason)]);
  if (decision.narrowing?.period) rows.push([t('prov.narrowTitle'), periodText(decision.narrowing.period)]);
  if (decision.narrowing?.categories.length) rows.push([t('prov.narrowCategories'), words.categories(decision.narrowing.categories)]);
  if (decision.narrowing?.message) rows.push([t('prov.narrowMessage'), decision.narrowing.message]);
  if (decision.comment) rows.push([t('prov.comment'), decision.comment]);
  return (
    <div className="border-t border-line pt-5">
      <Terms rows={rows} />
    </div>
  );
}
