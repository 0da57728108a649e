// House rules: a cell of the law's table may be tightened, never relaxed. The whole set is saved at once; a refusal stands at its cell.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem } from '../../api/problem';
import { useSession } from '../../api/session';
import { useWrite } from '../../api/use_write';
import { Banner, Button, cx, Dialog, Icon, Mark, RadioGroup, Select, Skeleton, TextField, useNotify } from '../../components';
import { language } from '../../i18n';
import { LoadFailed, OutcomeMark, Refusal } from './parts';
import { type Category, type HouseRule, houseRulesQuery, type Instrument, type Outcome, useRefresh } from './queries';
import type { Words } from './words';

// From lax to strict, as the law room orders them.
const strictness: readonly Outcome[] = [
  'ALLOW',
  'OWN_FORM',
  'PRESERVE',
  'LOCATION_RULE',
  'PRESENT_DANGER_ONLY',
  'LEGAL_REVIEW',
  'NEEDS_WARRANT',
  'DENY',
];
const shownInstruments: readonly Instrument[] = ['INQ', 'PRS', 'WSZ', 'EPO', 'EMG', 'LOC'];

export function lawOutcome(words: Words, instrument: Instrument, category: Category): Outcome {
  const rule = words.law.rules.find((one) => one.instruments.includes(instrument) && one.categories.includes(category));
  return (rule ?? words.law.default_rule).outcome;
}

// A judge's warrant can be put before the legal staff; no rule of the house refuses it.
export function tighter(words: Words, instrument: Instrument, category: Category): Outcome[] {
  const at = strictness.indexOf(lawOutcome(words, instrument, category));
  const compulsory = words.law.instruments.find((one) => one.code === instrument)?.compulsory ?? false;
  const possible: Outcome[] = compulsory ? ['LEGAL_REVIEW'] : ['LEGAL_REVIEW', 'NEEDS_WARRANT', 'DENY'];
  return possible.filter((outcome) => strictness.indexOf(outcome) > at);
}

export function HouseRules({ words }: { words: Words }) {
  const rules = useQuery(houseRulesQuery);
  if (rules.isError) return <LoadFailed error={rules.error} retry={() => void rules.refetch()} />;
  if (!rules.data) return <Skeleton lines={6} />;
  return <Editor saved={rules.data} words={words} />;
}

interface Cell {
  instrument: Instrument;
  category: Category;
}

function Editor({ saved, words }: { saved: readonly HouseRule[]; words: Words }) {
  const { t } = useTranslation();
  const session = useSession();
  const notify = useNotify();
  const refresh = useRefresh();
  const [rules, setRules] = useState<readonly HouseRule[]>(saved);
  const [sent, setSent] = useState<readonly HouseRule[]>(saved); // what a refusal's index counts in
  const [cell, setCell] = useState<Cell | null>(null);
  const [instrument, setInstrument] = useState<Instrument>('INQ');
  const mayEdit = session.role === 'legal';
  const save = useWrite(
    (next: HouseRule[], headers) => take(api.PUT('/api/house-rules', { body: { rules: next }, headers })),
    () => {
      notify(t('prov.rulesToast'));
      void refresh();
    },
  );
  useEffect(() => setRules(saved), [saved]);

  const problem = asProblem(save.error);
  const dirty = JSON.stringify(rules) !== JSON.stringify(saved);
  const find = (one: Cell) => rules.find((rule) => rule.instrument === one.instrument && rule.category === one.category);
  const errorAt = (one: Cell) => {
    const index = sent.findIndex((rule) => rule.instrument === one.instrument && rule.category === one.category);
    return index < 0 ? undefined : fieldProblem(problem, `/rules/${index}`);
  };
  const instruments = shownInstruments.filter((code) => words.law.instruments.some((one) => one.code === code));

  return (
    <div className="space-y-6">
      <p className="text-read text-sub">{t('prov.rulesLead')}</p>
      {mayEdit ? null : <Banner tone="info">{t('prov.rulesReadOnly')}</Banner>}
      <Refusal error={save.error} fields={sent.map((_, index) => `/rules/${index}`)} />
      <Select
        label={t('prov.instrument')}
        value={instrument}
        onChange={setInstrument}
        choices={instruments.map((id) => ({ id, label: words.instrument(id) }))}
        className="max-w-96"
      />
      <ul className="divide-y divide-line rounded-8 border border-line">
        {words.law.categories.map(({ code: category }) => {
          const at = { instrument, category };
          const rule = find(at);
          const error = errorAt(at);
          const options = tighter(words, instrument, category);
          return (
            <li
              key={category}
              className={cx(
                'grid gap-x-6 gap-y-2 px-4 py-3 md:grid-cols-[minmax(0,5fr)_minmax(0,7fr)_auto] md:items-center',
                error && 'bg-danger-soft',
              )}
            >
              <div>
                <span className="text-dns-16B-130 block">{words.category(category)}</span>
                <span className="text-dns-14N-130 mt-1 flex flex-wrap items-center gap-2 text-sub">
                  {t('prov.lawSays')}
                  <OutcomeMark outcome={lawOutcome(words, instrument, category)} words={words} />
                </span>
              </div>
              <div className="min-w-0 space-y-1">
                {rule ? (
                  <>
                    <span className="flex flex-wrap items-center gap-2">
                      <Mark tone="active" icon="building">
                        {t('prov.byHouseRule')}
                      </Mark>
                      <OutcomeMark outcome={rule.outcome} words={words} />
                    </span>
                    <p>{language() === 'ja' ? rule.ja : rule.en}</p>
                  </>
                ) : (
                  <p className="text-sub">{t('prov.asLaw')}</p>
                )}
                {error ? (
                  <p role="alert" className="text-dns-14N-130 flex items-start gap-1 text-danger">
                    <Icon name="danger" size={16} className="mt-px" />
                    {error}
                  </p>
                ) : null}
              </div>
              {mayEdit ? (
                <Button
                  size="small"
                  icon="pencil"
                  disabledReason={options.length === 0 && !rule ? t('prov.noTighter') : null}
                  onClick={() => setCell(at)}
                  aria-label={t(rule ? 'prov.editCell' : 'prov.tightenCell', { cell: words.category(category) })}
                >
                  {rule ? t('action.edit') : t('prov.tighten')}
                </Button>
              ) : null}
            </li>
          );
        })}
      </ul>
      {mayEdit ? (
        <div className="flex flex-wrap items-center gap-3">
          <Button
            kind="primary"
            busy={save.isPending}
            disabledReason={dirty ? null : t('prov.rulesUnchanged')}
            onClick={() => {
              setSent(rules);
              save.mutate([...rules]);
            }}
          >
            {t('prov.rulesSave')}
          </Button>
          {dirty ? <Button onClick={() => setRules(saved)}>{t('prov.rulesDiscard')}</Button> : null}
        </div>
      ) : null}
      {cell ? (
        <CellDialog
          cell={cell}
          rule={find(cell)}
          words={words}
          onClose={() => setCell(null)}
          onKeep={(next) => {
            const others = rules.filter((rule) => rule.instrument !== cell.instrument || rule.category !== cell.category);
            setRules(next ? [...others, next] : others);
            setCell(null);
          }}
        />
      ) : null}
    </div>
  );
}

interface CellDialogProps {
  cell: Cell;
  rule: HouseRule | undefined;
  words: Words;
  onClose: () => void;
  onKeep: (rule: HouseRule | null) => void;
}

function CellDialog({ cell, rule, words, onClose, onKeep }: CellDialogProps) {
  const { t } = useTranslation();
  const options = tighter(words, cell.instrument, cell.category);
  const [outcome, setOutcome] = useState<Outcome | null>(rule?.outcome ?? options[0] ?? null);
  const [ja, setJa] = useState(rule?.ja ?? '');
  const [en, setEn] = useState(rule?.en ?? '');
  const [tried, setTried] = useState(false);
  const keep = () => {
    setTried(true);
    if (outcome && ja.trim() !== '' && en.trim() !== '') onKeep({ ...cell, outcome, ja: ja.trim(), en: en.trim() });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('prov.cellTitle', { instrument: words.instrument(cell.instrument), category: words.category(cell.category) })}
      actions={
        <>
          {rule ? <Button onClick={() => onKeep(null)}>{t('prov.ruleRemove')}</Button> : null}
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" onClick={keep}>
            {t('prov.ruleKeep')}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <p className="flex flex-wrap items-center gap-2">
          {t('prov.lawSays')}
          <OutcomeMark outcome={lawOutcome(words, cell.instrument, cell.category)} words={words} />
        </p>
        <RadioGroup
          label={t('prov.ruleOutcome')}
          required
          choices={options.map((id) => ({ id, label: words.outcome(id) }))}
          value={outcome}
          onChange={setOutcome}
          error={tried && !outcome ? t('prov.lack.disposition') : undefined}
        />
        <TextField
          label={t('prov.ruleJa')}
          required
          rows={2}
          value={ja}
          onChange={setJa}
          error={tried && ja.trim() === '' ? t('prov.ruleReasonMissing') : undefined}
        />
        <TextField
          label={t('prov.ruleEn')}
          required
          rows={2}
          value={en}
          onChange={setEn}
          error={tried && en.trim() === '' ? t('prov.ruleReasonMissing') : undefined}
        />
      </div>
    </Dialog>
  );
}
