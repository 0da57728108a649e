// The acts of a matter, oldest first: what, who in which role, when. Internal acts are marked; every act can be proven.
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime, formatNumber } from '../i18n/format';
import { Button } from './Button';
import { cx } from './cx';
import { Icon, type IconName } from './Icon';

export interface TimelineAct {
  id: string;
  what: string;
  person: string;
  role: string;
  organisation?: ReactNode;
  at: Date;
  icon?: IconName;
  internal?: boolean;
  ownSignature?: boolean;
  withoutEffect?: string; // why
  detail?: ReactNode;
}

const kActsAtOnce = 30;
const kActsMore = 100;

// Of a long history the newest acts, the earlier ones on demand: what happened last is what one came for.
export function Timeline({ acts: all, onProve }: { acts: readonly TimelineAct[]; onProve?: (act: TimelineAct) => void }) {
  const { t } = useTranslation();
  const [room, setRoom] = useState(kActsAtOnce);
  if (all.length === 0) return <p className="text-sub">{t('timeline.empty')}</p>;
  const earlier = Math.max(0, all.length - room);
  const acts = all.slice(earlier);
  return (
    <>
      {earlier > 0 ? (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 pb-4">
          <span className="text-dns-14N-130 tabular text-sub">{t('timeline.earlier', { n: formatNumber(earlier), count: earlier })}</span>
          <Button size="small" icon="up" className="no-print" onClick={() => setRoom(room + kActsMore)}>
            {t('timeline.showEarlier')}
          </Button>
        </div>
      ) : null}
      <ol aria-label={t('timeline.label')}>
        {acts.map((act, index) => (
          <li key={act.id} className="keep relative flex gap-3 pb-5 last:pb-0">
            {index < acts.length - 1 ? <span className="absolute top-9 bottom-1 left-4 w-px -translate-x-1/2 bg-line" /> : null}
            <span
              className={cx(
                'fc-edge grid size-8 shrink-0 place-content-center rounded-full border',
                act.internal ? 'border-dashed border-edge bg-white text-sub' : 'border-accent-line bg-accent-soft text-accent-strong',
              )}
            >
              <Icon name={act.icon ?? 'check'} size={16} />
            </span>
            <div className="min-w-0 flex-1 space-y-1 pt-1">
              <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
                <span className={cx('text-dns-16B-130', act.withoutEffect && 'line-through')}>{act.what}</span>
                {act.internal ? (
                  <span title={t('timeline.internalHint')} className="text-dns-14N-130 rounded-4 border border-dashed border-edge px-1.5 text-sub">
                    {t('timeline.internal')}
                  </span>
                ) : null}
              </p>
              <p className="text-dns-14N-130">
                {act.person}
                <span className="text-sub">
                  {act.person ? ' ' : null}
                  {act.role}
                  {act.organisation ? <> / {act.organisation}</> : null}
                </span>
              </p>
              <p className="text-dns-14N-130 flex flex-wrap items-center gap-x-3 gap-y-1 text-sub">
                <time dateTime={act.at.toISOString()} className="tabular">
                  {formatDateTime(act.at)}
                </time>
                {act.ownSignature ? (
                  <span className="flex items-center gap-1 text-good">
                    <Icon name="key" size={16} />
                    {t('timeline.own')}
                  </span>
                ) : null}
                {onProve ? (
                  <button
                    type="button"
                    onClick={() => onProve(act)}
                    aria-label={`${t('action.prove')}: ${act.what}`}
                    className="no-print flex min-h-7 items-center gap-1 rounded-4 px-1 text-accent underline underline-offset-4 hover:bg-accent-soft"
                  >
                    <Icon name="proof" size={16} />
                    {t('action.prove')}
                  </button>
                ) : null}
              </p>
              {act.withoutEffect ? (
                <p className="text-dns-14N-130 text-care">
                  {t('timeline.noEffect')}: {act.withoutEffect}
                </p>
              ) : null}
              {act.detail}
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}
