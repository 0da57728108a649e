// What a provider must not miss: the agency has reminded it, when, and what it said.
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/api';
import { useSession } from '../../api/session';
import { Banner } from '../../components';
import { formatDateTime } from '../../i18n/format';
import { openReminders } from './reminders';

export function Reminded({ view }: { view: Schema<'MatterView'> }) {
  const { t } = useTranslation();
  const { side } = useSession();
  const all = openReminders(view.timeline);
  const newest = all.at(-1);
  if (side !== 'PROVIDER' || !newest) return null;
  return (
    <Banner tone="warn" title={t('reminded.title', { count: all.length, n: String(all.length) })}>
      <span className="tabular">{formatDateTime(new Date(newest.at))}</span>
      {newest.note ? <span className="ms-3">{newest.note}</span> : null}
    </Banner>
  );
}
