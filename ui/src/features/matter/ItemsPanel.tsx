// Each item as it stands: what is asked, the law's answer with article and one sentence, the necessity (inside only), the result.
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/api';
import { lawQuery } from '../../api/queries';
import { Icon, StateMark } from '../../components';
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
  };
}

const kShown = 50;

export function ItemsPanel({ items, inside }: { items: readonly Schema<'ItemView'>[]; inside: boolean }) {
  const { t } = useTranslation();
  const names = useLawNames();
  return (
    <section aria-labelledby="items-title" className="space-y-3">
      <h2 id="items-title" className="text-std-20B-150">
        {t('matter.items')}
        <span className="tabular ms-2 text-std-18B-160 text-sub">{t('list.items', { n: String(items.length), count: items.length })}</span>
      </h2>
      <ol className="space-y-3">
        {items.slice(0, kShown).map(({ item, judgement, necessity, result }) => (
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
            {judgement ? <JudgementText judgement={judgement} /> : null}
          </li>
        ))}
      </ol>
      {items.length > kShown ? <p className="text-sub">{t('matter.moreItems', { n: String(items.length - kShown) })}</p> : null}
    </section>
  );
}

function Line({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="grid grid-cols-subgrid sm:col-span-2">
      <dt className="text-sub">{label}</dt>
      <dd className="min-w-0 whitespace-pre-line">{children}</dd>
    </div>
  );
}
