// What a provider has published that it can answer, as those who ask read it. The provider's own editor shows the same before it publishes.
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/api';
import { lawQuery } from '../../api/queries';
import { Icon } from '../../components';
import { mediaNames } from '../matters/media';
import { inTongue } from '../matters/words';

export interface ProfileViewProps {
  profile: Schema<'AnswerProfile'>;
  types: readonly Schema<'SelectorTypeView'>[];
}

export function ProfileView({ profile, types }: ProfileViewProps) {
  const { t } = useTranslation();
  const law = useQuery(lawQuery).data;
  const category = (code: Schema<'Category'>) => {
    const found = law?.categories.find((one) => one.code === code);
    return found ? inTongue(found.name_ja, found.name_en) : code;
  };
  const typeName = (code: Schema<'SelectorType'>) => {
    const found = types.find((one) => one.type === code);
    return found ? inTongue(found.name_ja, found.name_en) : code;
  };
  return (
    <details open className="rounded-8 bg-shade px-4 py-2">
      <summary className="text-dns-16B-130 flex min-h-9 items-center gap-2">
        <Icon name="info" size={16} />
        {t('profile.title')}
      </summary>
      <div className="space-y-2 pb-2">
        <p className="text-dns-14N-130 text-sub">
          {t('profile.usual', { n: String(profile.usual_days) })} {inTongue(profile.contact_ja, profile.contact_en)}
        </p>
        <p className="text-dns-14N-130 text-sub">{t('profile.media', { types: mediaNames(profile.media).join(t('matter.comma')) })}</p>
        <ul className="text-dns-16N-130 space-y-2">
          {profile.entries.map((entry) => (
            <li key={entry.selector}>
              <span className="font-700">{typeName(entry.selector)}</span>
              {entry.services.length > 0 ? <span className="text-dns-14N-130 font-mono ms-2">{entry.services.join(' ')}</span> : null}
              <span className="text-dns-14N-130 block text-sub">
                {[
                  entry.categories.map(category).join(t('matter.comma')),
                  entry.needs_period ? t('profile.needsPeriod') : '',
                  entry.period_days_max ? t('inq.periodMax', { n: String(entry.period_days_max) }) : '',
                  entry.history_days ? t('inq.history', { n: String(entry.history_days) }) : '',
                  inTongue(entry.note_ja, entry.note_en),
                ]
                  .filter(Boolean)
                  .join(t('matter.slash'))}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}
