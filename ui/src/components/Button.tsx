// One primary button to a page; the others are quiet. A button that may not be pressed stays in sight and in the tab order and says why.
import { type ButtonHTMLAttributes, type ReactNode, type Ref, useId } from 'react';
import { cx } from './cx';
import { Icon, type IconName } from './Icon';

export type ButtonKind = 'primary' | 'quiet' | 'danger' | 'plain';

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled' | 'children'> {
  kind?: ButtonKind;
  size?: 'regular' | 'small';
  icon?: IconName;
  // Why it may not be pressed now. Given: the button is shown disabled with this sentence under it.
  disabledReason?: string | null;
  busy?: boolean;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

const kinds: Record<ButtonKind, string> = {
  primary:
    'border-accent bg-accent text-white hover:border-accent-strong hover:bg-accent-strong hover:underline active:border-accent-deep active:bg-accent-deep',
  quiet: 'border-accent bg-white text-accent hover:bg-accent-soft hover:underline active:bg-blue-100',
  danger:
    'border-danger bg-danger text-white hover:border-danger-strong hover:bg-danger-strong hover:underline active:border-red-1100 active:bg-red-1100',
  plain: 'border-transparent bg-transparent text-accent underline underline-offset-4 hover:bg-accent-soft hover:decoration-2 active:bg-blue-100',
};

const kOff = 'border-solid-gray-420 bg-solid-gray-100 text-sub no-underline';

export function Button({ kind = 'quiet', size = 'regular', icon, disabledReason, busy, children, className, onClick, ...rest }: ButtonProps) {
  const hint = useId();
  const off = Boolean(disabledReason) || busy === true;
  const button = (
    <button
      type="button"
      {...rest}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      aria-describedby={cx(rest['aria-describedby'], disabledReason ? hint : null) || undefined}
      onClick={(event) => {
        if (off) event.preventDefault();
        else onClick?.(event);
      }}
      className={cx(
        'inline-flex items-center justify-center gap-2 rounded-8 border text-center',
        size === 'regular' ? 'text-oln-16B-100 min-h-12 px-4 py-2' : 'text-oln-14B-100 min-h-9 rounded-6 px-3 py-1.5',
        'leading-130',
        off ? kOff : kinds[kind],
        className,
      )}
    >
      {busy ? <Icon name="clock" size={size === 'regular' ? 20 : 16} className="anim-pulse" /> : null}
      {!busy && icon ? <Icon name={icon} size={size === 'regular' ? 20 : 16} /> : null}
      <span>{children}</span>
    </button>
  );
  if (!disabledReason) return button;
  return (
    <span className="inline-flex max-w-full flex-col items-start gap-1">
      {button}
      <span id={hint} className="text-dns-14N-130 flex items-start gap-1 text-sub">
        <Icon name="lock" size={16} className="mt-px" />
        {disabledReason}
      </span>
    </span>
  );
}

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children' | 'disabled'> {
  icon: IconName;
  label: string;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon, label, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={cx('inline-grid size-11 shrink-0 place-content-center rounded-8 text-ink hover:bg-shade', className)}
    >
      <Icon name={icon} />
    </button>
  );
}
