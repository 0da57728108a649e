// Each item as it stands: what is asked, the law's answer with article and one sentence, the necessity (inside only), the result.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/api';
import { lawQuery } from '../../api/queries';
import { Icon, More, StateMark } from '../../components';
import { formatNumber } from '../../i18n/format';
import { JudgementMark, JudgementText } from '../matters/judgement';
import { inTongue, periodText } from '../matters/words';

export function useLawNames() {
  useTranslation(); // re-renders when the language changes
  const law = useQuery(lawQuery).data;
  return {
    category: (code: Schema<'Category'>) => {
      const found = law?.categories.find((one) => one.code === code);
      return found ? inTongue(found.name_ja, found.name_en) : code;
    },
    reason: (code: Schema<'ReasonCode'>) => {
      const found = law?.reasons.find((one) => one.code === code);
      return found ? inTongue(found.name_ja, found.name_en) : code;
    },
    // As the law's table tells it to the other side: what is wrong and what to do.
    reasonSentence: (code: Schema<'ReasonCode'>) => {
      const found = law?.reasons.find((one) => one.code === code);
      return found ? inTongue(found.sentence_ja, found.sentence_en) : code;
    },
  };
}

export const kItemsAtOnce = 100;

// Items are counted as items, and never fewer are shown than said.
export function MoreItems({ shown, total, onMore }: { shown: number; total: number; onMore: () => void }) {
  const { t } = useTranslation();
  return (
    <More
      shown={shown}
      total={total}
      onMore={onMore}
      says={t('matter.itemsShown', { n: formatNumber(Math.min(shown, total)), total: formatNumber(total) })}
      inFrame
    />
  );
}

export function ItemsPanel({ items, inside }: { items: readonly Schema<'ItemView'>[]; inside: boolean }) {
  const { t } = useTranslation();
  const names = useLawNames();
  const [shown, setShown] = useState(kItemsAtOnce);
  const explained = new Set<string>();
  return (
    <section aria-labelledby="items-title" className="space-y-3">
      <h2 id="items-title" className="text-std-20B-150">
        {t('matter.items')}
        <span className="tabular ms-2 text-std-18B-160 text-sub">{t('list.items', { n: String(items.length), count: items.length })}</span>
      </h2>
      <ol className="space-y-3">
        {items.slice(0, shown).map(({ item, judgement, necessity, result }) => (
          <li key={item.no} className="keep space-y-2 rounded-8 border border-line p-3 sm:p-4">
            <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
              <p className="min-w-0">
                <span className="text-dns-14N-130 tabular me-2 text-sub">({item.no})</span>
                <span className="font-mono font-700">{item.selector.display}</span>
              </p>
              <span className="flex flex-wrap gap-1">
                {judgement && !result ? <JudgementMark judgement={judgement} /> : null}
                {result ? <StateMark side="result" state={result} /> : null}
              </span>
            </div>
            <dl className="text-dns-16N-130 grid gap-x-4 gap-y-1 sm:grid-cols-[auto_minmax(0,1fr)]">
              <Line label={t('paper.columnWanted')}>
                {[...item.categories.map(names.category), ...(item.asks_registration_address ? [t('matter.registrationAddress')] : [])].join(
                  t('matter.comma'),
                )}
              </Line>
              {item.period ? <Line label={t('paper.columnPeriod')}>{periodText(item.period)}</Line> : null}
              <Line label={t('matter.purpose')}>{item.purpose}</Line>
              {inside && necessity ? (
                <Line label={t('matter.necessity')}>
                  {necessity}
                  <span className="text-dns-14N-130 ms-2 inline-flex items-center gap-1 text-sub">
                    <Icon name="lock" size={16} />
                    {t('matter.insideOnly')}
                  </span>
                </Line>
              ) : null}
            </dl>
            {judgement && (items.length <= kExplainedEach || isNew(judgement, explained)) ? <JudgementText judgement={judgement} /> : null}
          </li>
        ))}
      </ol>
      <MoreItems shown={shown} total={items.length} onMore={() => setShown(shown + kItemsAtOnce)} />
    </section>
  );
}

// In a long list the law explains itself where a rule first applies; the mark stands at every item, and whatever is not simply allowed says why.
const kExplainedEach = 10;

function isNew(judgement: Schema<'JudgementView'>, explained: Set<string>): boolean {
  const first = !explained.has(judgement.rule_id);
  explained.add(judgement.rule_id);
  return first || judgement.outcome !== 'ALLOW';
}

function Line({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="grid grid-cols-subgrid sm:col-span-2">
      <dt className="text-sub">{label}</dt>
      <dd className="min-w-0 whitespace-pre-line">{children}</dd>
    </div>
  );
}
