// What the law's table says about an item: the mark, and the sentence with its article and what would make it possible.
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/api';
import { lawQuery } from '../../api/queries';
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
  const law = useQuery(lawQuery).data;
  const nameOf = (code: Schema<'Category'>) => {
    const found = law?.categories.find((one) => one.code === code);
    return found ? inTongue(found.name_ja, found.name_en) : '';
  };
  const { asked_category: from, effective_category: to } = judgement;
  const allowed = judgement.outcome === 'ALLOW';
  const possible = inTongue(judgement.possible_ja, judgement.possible_en);
  return (
    <div className="text-dns-14N-130 space-y-1 border-s-4 border-line ps-3 text-sub">
      {/* The rule of reclassification says so itself; where another rule is stricter, its sentence does not. */}
      {judgement.reclassified && law && judgement.rule_id !== law.reclassification.id ? (
        <p className="font-700 text-care">{t('judged.reclassified', { from, fromName: nameOf(from), to, toName: nameOf(to) })}</p>
      ) : null}
      <p>
        {inTongue(judgement.ja, judgement.en)} <cite className="not-italic">({inTongue(judgement.article_ja, judgement.article_en)})</cite>
      </p>
      {possible && !allowed ? <p className="text-ink">{t('judged.possible', { text: possible })}</p> : null}
    </div>
  );
}
