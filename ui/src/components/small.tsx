// Small parts: figures of the desk, empty states, skeletons, progress, relative time, masked values, "more".
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime, formatNumber, formatRelative } from '../i18n/format';
import { Button } from './Button';
import { cx } from './cx';
import { TextField } from './fields';
import { Icon, type IconName } from './Icon';
import { Dialog } from './overlays';

// A number that is a link. Red only where it says "overdue" and is not zero.
export function Figure({
  label,
  value,
  to,
  search,
  overdue,
}: {
  label: string;
  value: number;
  to: string;
  search?: Record<string, string>;
  overdue?: boolean;
}) {
  const { t } = useTranslation();
  const red = overdue && value > 0;
  return (
    <Link
      to={to}
      search={search}
      className={cx(
        'group flex min-w-0 flex-1 items-baseline justify-between gap-2 rounded-8 border bg-white px-4 py-3 text-ink hover:bg-shade sm:flex-col sm:justify-start sm:px-6 sm:py-4',
        red ? 'border-danger' : 'border-line',
      )}
    >
      <span className={cx('text-dns-16N-130 flex items-center gap-2 group-hover:underline', red && 'font-700 text-danger')}>
        {red ? <Icon name="danger" /> : null}
        {label}
      </span>
      <span className="flex items-baseline gap-1">
        <span className={cx('tabular text-std-32B-150 sm:text-std-36B-140 leading-none', red ? 'text-danger' : 'text-ink')}>
          {formatNumber(value)}
        </span>
        <span className="text-dns-14N-130 text-sub">{t('figure.unit', { count: value })}</span>
      </span>
    </Link>
  );
}

export function EmptyState({
  title,
  children,
  actions,
  icon = 'inbox',
}: {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  icon?: IconName;
}) {
  return (
    <div className="flex flex-col items-center gap-3 rounded-8 border border-dashed border-edge px-4 py-10 text-center">
      <span className="grid size-12 place-content-center rounded-full bg-shade text-sub">
        <Icon name={icon} size={24} />
      </span>
      <p className="text-dns-17B-130">{title}</p>
      {children ? <div className="text-read text-sub">{children}</div> : null}
      {actions ? <div className="flex flex-wrap justify-center gap-3 pt-2">{actions}</div> : null}
    </div>
  );
}

export function Skeleton({ lines = 3 }: { lines?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" data-loading className="space-y-3">
      <span className="sr-only">{t('app.loading')}</span>
      {Array.from({ length: lines }, (_, index) => (
        <div
          key={index}
          className={cx('anim-pulse h-4 rounded-4 bg-solid-gray-100', index % 3 === 2 ? 'w-3/5' : index % 3 === 1 ? 'w-4/5' : 'w-full')}
        />
      ))}
    </div>
  );
}

export interface ProgressProps {
  label: string;
  done: number;
  total: number | null; // null: the end is not known
  onCancel?: () => void;
  cancelled?: boolean;
  note?: string; // where it does not survive the tab: what keeps it going
}

// A long job: shows how far it is, can be stopped, and says whether it survives the tab.
export function Progress({ label, done, total, onCancel, cancelled, note }: ProgressProps) {
  const { t } = useTranslation();
  const title = useId();
  const finished = total !== null && done >= total;
  const state = cancelled
    ? t('progress.cancelled')
    : finished
      ? t('progress.done')
      : total === null
        ? t('table.rows', { count: done, n: formatNumber(done) })
        : t('progress.state', { done: formatNumber(done), total: formatNumber(total) });
  return (
    <div className="space-y-2 rounded-8 border border-line p-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <span id={title} className="text-dns-16B-130">
          {label}
        </span>
        <span className="tabular text-dns-14N-130 text-sub">{state}</span>
      </div>
      <progress
        aria-labelledby={title}
        {...(total === null ? {} : { value: Math.min(done, total), max: total })}
        className="block h-2 w-full appearance-none overflow-hidden rounded-full border-0 bg-solid-gray-200 [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-solid-gray-200 [&::-webkit-progress-value]:bg-accent"
      />
      {finished || cancelled ? null : (
        <div className="flex flex-wrap items-center justify-between gap-2">
          <span className="text-dns-14N-130 text-sub">{note ?? t('progress.survives')}</span>
          {onCancel ? (
            <Button size="small" onClick={onCancel}>
              {t('progress.cancel')}
            </Button>
          ) : null}
        </div>
      )}
    </div>
  );
}

// "3日前" with the full time on hover and for screen readers. Ticks each half minute.
export function RelativeTime({ at, now: fixed }: { at: Date; now?: Date }) {
  useTranslation(); // re-renders when the language changes
  const [ticking, setTicking] = useState(() => new Date());
  useEffect(() => {
    if (fixed) return;
    const timer = setInterval(() => setTicking(new Date()), 30_000);
    return () => clearInterval(timer);
  }, [fixed]);
  const full = formatDateTime(at);
  const relative = formatRelative(at, fixed ?? ticking);
  const isDay = full.startsWith(relative); // long ago: the day, which may take two lines in a narrow column
  return (
    <time dateTime={at.toISOString()} title={full} className={cx('tabular', isDay ? 'whitespace-normal' : 'whitespace-nowrap')}>
      {relative}
      {isDay ? null : <span className="sr-only"> ({full})</span>}
    </time>
  );
}

export interface MaskedValueProps {
  label: string; // what it is, for the button's name
  masked: string; // 090-****-1234
  // Fetches the value; the reason has been asked for when `needsReason`. The server records the view.
  reveal: (reason: string | null) => Promise<string>;
  needsReason?: boolean;
}

export function MaskedValue({ label, masked, reveal, needsReason }: MaskedValueProps) {
  const { t } = useTranslation();
  const [value, setValue] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  const show = async (because: string | null) => {
    setBusy(true);
    try {
      setValue(await reveal(because));
      setAsking(false);
      setError(undefined);
    } catch (caught) {
      setError(caught instanceof Error ? caught.message : String(caught));
    } finally {
      setBusy(false);
    }
  };
  const submit = () => {
    if (reason.trim() === '') setError(t('mask.reasonMissing'));
    else void show(reason.trim());
  };

  return (
    <span className="inline-flex flex-wrap items-center gap-x-2">
      <span className="tabular font-mono">{value ?? masked}</span>
      {value === null ? <span className="sr-only">{t('mask.hidden')}</span> : null}
      <button
        type="button"
        aria-label={value === null ? t('mask.reveal', { label }) : t('mask.hide', { label })}
        aria-busy={busy || undefined}
        onClick={() => {
          if (value !== null) setValue(null);
          else if (needsReason) setAsking(true);
          else void show(null);
        }}
        className="text-dns-14N-130 inline-flex min-h-8 items-center gap-1 rounded-4 px-1.5 text-accent underline underline-offset-4 hover:bg-accent-soft"
      >
        <Icon name={value === null ? 'eye' : 'eyeOff'} size={16} />
        {value === null ? t('action.reveal') : t('action.mask')}
      </button>
      {error && !asking ? <span className="text-dns-14N-130 text-danger">{error}</span> : null}
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t('mask.reasonTitle')}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{t('action.cancel')}</Button>
            <Button kind="primary" onClick={submit} busy={busy}>
              {t('action.reveal')}
            </Button>
          </>
        }
      >
        <div className="space-y-4">
          <p>{t('mask.reasonText')}</p>
          <TextField label={t('mask.reasonLabel')} value={reason} onChange={setReason} error={error} required rows={2} autoFocus />
        </div>
      </Dialog>
    </span>
  );
}

export interface MoreProps {
  shown: number;
  total: number;
  onMore: () => void;
  busy?: boolean;
  says?: string; // where another unit than 件 is counted
  inFrame?: boolean; // at the foot of what it belongs to; nothing once all is shown
}

// No paging by surprise: says how many of how many, and fetches more when asked.
export function More({ shown, total, onMore, busy, says, inFrame }: MoreProps) {
  const { t } = useTranslation();
  const n = formatNumber(shown);
  if (inFrame && shown >= total) return null;
  return (
    <div className={cx('flex flex-wrap items-center gap-4', inFrame ? 'px-3 py-2' : 'justify-center py-4')}>
      <span className="tabular text-dns-14N-130 text-sub" aria-live="polite">
        {says ?? (shown < total ? t('table.shown', { n, total: formatNumber(total) }) : t('table.shownAll', { n }))}
      </span>
      {shown < total ? (
        <Button onClick={onMore} busy={busy} icon="down" size="small">
          {t('action.more')}
        </Button>
      ) : null}
    </div>
  );
}
