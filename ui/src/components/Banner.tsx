// A line that concerns the whole page: what happened, where, what to do. Danger is announced at once, the rest when the reader comes to it.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from './cx';
import { Icon, type IconName } from './Icon';

export type BannerTone = 'info' | 'success' | 'warn' | 'danger';

const looks: Record<BannerTone, readonly [string, string, IconName]> = {
  info: ['border-accent', 'text-accent', 'info'],
  success: ['border-good', 'text-good', 'checkCircle'],
  warn: ['border-yellow-700', 'text-care', 'alert'],
  danger: ['border-danger', 'text-danger', 'danger'],
};

const grounds: Record<BannerTone, string> = { info: 'bg-white', success: 'bg-white', warn: 'bg-yellow-50', danger: 'bg-white' };

export function Banner({ tone, title, children, actions }: { tone: BannerTone; title?: string; children?: ReactNode; actions?: ReactNode }) {
  const { t } = useTranslation();
  const [edge, colour, icon] = looks[tone];
  return (
    <div
      role={tone === 'danger' ? 'alert' : undefined}
      className={cx('fc-edge flex items-start gap-3 rounded-8 border border-s-8 py-3 ps-3 pe-4', edge, grounds[tone])}
    >
      <Icon name={icon} size={24} className={colour} />
      <div className="min-w-0 flex-1 space-y-1">
        <p className={cx('text-dns-16B-130 pt-0.5', colour)}>{title ?? t(`banner.${tone}`)}</p>
        {children ? <div className="text-std-16N-170 text-ink">{children}</div> : null}
        {actions ? <div className="flex flex-wrap gap-3 pt-2">{actions}</div> : null}
      </div>
    </div>
  );
}
