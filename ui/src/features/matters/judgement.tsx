// What the law's table says about an item: the mark, and the sentence with its article and what would make it possible.
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/api';
import { type IconName, Mark } from '../../components';
import type { Tone } from '../../components/StateMark';
import { inTongue } from './words';

const looks: Record<Schema<'Outcome'>, readonly [Tone, IconName]> = {
  ALLOW: ['good', 'check'],
  NEEDS_WARRANT: ['care', 'scale'],
  PRESERVE: ['active', 'archive'],
  DENY: ['danger', 'ban'],
  LEGAL_REVIEW: ['care', 'person'],
  PRESENT_DANGER_ONLY: ['care', 'alert'],
  LOCATION_RULE: ['care', 'alert'],
  OWN_FORM: ['active', 'file'],
};

export function JudgementMark({ judgement }: { judgement: Schema<'JudgementView'> }) {
  const { t } = useTranslation();
  const [tone, icon] = looks[judgement.outcome];
  return (
    <Mark tone={tone} icon={icon}>
      {t(`judged.${judgement.outcome}`)}
    </Mark>
  );
}

export function JudgementText({ judgement }: { judgement: Schema<'JudgementView'> }) {
  const { t } = useTranslation();
  const allowed = judgement.outcome === 'ALLOW';
  const possible = inTongue(judgement.possible_ja, judgement.possible_en);
  return (
    <div className="text-dns-14N-130 space-y-1 border-s-4 border-line ps-3 text-sub">
      {judgement.reclassified ? (
        <p className="font-700 text-care">{t('judged.reclassified', { from: judgement.asked_category, to: judgement.effective_category })}</p>
      ) : null}
      <p>
        {inTongue(judgement.ja, judgement.en)} <cite className="not-italic">({inTongue(judgement.article_ja, judgement.article_en)})</cite>
      </p>
      {possible && !allowed ? <p className="text-ink">{t('judged.possible', { text: possible })}</p> : null}
    </div>
  );
}
