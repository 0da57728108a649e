// The frame around every page: header (product, organisation and role, search, language, help, person), navigation on the left from
// 1024 px, in a drawer below. It takes the session as a value and tells its owner what the person wants; it fetches nothing itself.
import { Link } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Button as AriaButton, Menu, Header as MenuHeader, MenuItem, MenuSection, MenuTrigger, Popover, Separator } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { organisationName, type Role, type Session } from '../api/session';
import { IconButton } from '../components/Button';
import { cx } from '../components/cx';
import { Icon } from '../components/Icon';
import { KeyHelp } from '../components/KeyHelp';
import { Drawer } from '../components/overlays';
import { useShortcuts } from '../hooks/useShortcuts';
import { language, setLanguage } from '../i18n';
import { navFor } from './navigation';

export interface ShellProps {
  session: Session;
  path: string;
  go: (to: string) => void;
  onSearch: (text: string) => void;
  onSwitch: (role: Role) => void;
  onLogout: () => void;
  notices?: ReactNode; // lines under the header: demo, offline, peers that are down
  children: ReactNode;
}

export function Brand() {
  const { t } = useTranslation();
  return (
    <span className="flex items-center gap-2">
      <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false" className="fc-fill shrink-0">
        <path className="fill-accent" d="M4 3h10.5l-2 6 4 5-4 5 3 5-2 5H4z" />
        <path className="fill-blue-400" d="M18.5 3H28v26H17.5l2-5-3-5 4-5-4-5z" />
      </svg>
      <span className="text-std-18B-160 leading-none whitespace-nowrap">{t('proper.product')}</span>
    </span>
  );
}

function useRoleNames(session: Session) {
  const { t } = useTranslation();
  return { organisation: organisationName(session, language()), role: t(`role.${session.role}`), side: session.side };
}

const kMenuItem =
  'text-dns-16N-130 flex min-h-11 cursor-pointer items-center gap-2 rounded-4 px-3 py-2 outline-offset-[-4px] data-focused:bg-shade data-selected:font-700 data-selected:text-accent';
const kMenuPopover = 'anim-fade max-w-[calc(100vw-2rem)] min-w-64 overflow-auto rounded-8 border border-line bg-white p-1 shadow-2';

function RoleSwitch({ session, onSwitch }: Pick<ShellProps, 'session' | 'onSwitch'>) {
  const { t } = useTranslation();
  const { organisation, role } = useRoleNames(session);
  const single = session.roles.length === 1;
  const words = (
    <span className="flex min-w-0 flex-col items-start text-start">
      {single ? null : <span className="sr-only">{t('app.switchTo')} </span>}
      <span className="text-dns-14N-130 max-w-full truncate text-sub">{organisation}</span>
      <span className="text-dns-16B-130">{role}</span>
    </span>
  );
  if (single) return <div className="min-w-0 px-2">{words}</div>;
  return (
    <MenuTrigger>
      <AriaButton className="flex min-h-12 min-w-0 items-center gap-2 rounded-8 px-2 py-1 hover:bg-shade">
        {words}
        <Icon name="down" size={16} />
      </AriaButton>
      <Popover className={kMenuPopover}>
        <Menu
          aria-label={t('app.organisation')}
          selectionMode="single"
          selectedKeys={[session.role]}
          onAction={(key) => onSwitch(key as Role)}
          className="outline-none"
        >
          <MenuSection>
            <MenuHeader className="text-dns-14B-130 px-3 pt-3 pb-1 text-sub">{organisation}</MenuHeader>
            {session.roles.map((role) => (
              <MenuItem key={role} id={role} textValue={t(`role.${role}`)} className={kMenuItem}>
                {({ isSelected }) => (
                  <>
                    <span className="flex-1">{t(`role.${role}`)}</span>
                    {isSelected ? <Icon name="check" /> : null}
                  </>
                )}
              </MenuItem>
            ))}
          </MenuSection>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

// Shows the other language in its own words.
export function LanguageSwitch() {
  const { t } = useTranslation();
  const other = language() === 'ja' ? 'en' : 'ja';
  return (
    <button
      type="button"
      lang={other}
      onClick={() => setLanguage(other)}
      className="text-dns-16N-130 inline-flex min-h-11 items-center gap-1.5 rounded-8 px-2 hover:bg-shade hover:underline"
    >
      <Icon name="globe" />
      {other === 'en' ? t('proper.english') : t('proper.japanese')}
    </button>
  );
}

function SearchBox({ onSearch, className }: { onSearch: (text: string) => void; className?: string }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === '') return;
    // What was found takes the focus.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    onSearch(text.trim());
  };
  return (
    <search className={className}>
      <form onSubmit={submit} className="relative">
        <Icon name="search" className="pointer-events-none absolute start-3 top-1/2 -translate-y-1/2 text-sub" />
        <input
          type="search"
          data-search
          aria-label={t('app.search')}
          aria-keyshortcuts="/"
          placeholder={t('app.searchHint')}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className="text-dns-16N-130 min-h-11 w-full rounded-8 border border-edge bg-white ps-10 pe-10 text-ellipsis placeholder:text-hint hover:border-black"
        />
        <kbd className="text-mono-14N-150 pointer-events-none absolute end-2 top-1/2 hidden -translate-y-1/2 rounded-4 border border-line bg-shade px-2 leading-130 text-sub lg:block">
          /
        </kbd>
      </form>
    </search>
  );
}

function focusSearch() {
  for (const input of document.querySelectorAll<HTMLInputElement>('input[data-search]')) {
    if (input.offsetParent !== null) {
      input.focus();
      input.select();
      return;
    }
  }
}

function NavList({ session, path, onGo }: { session: Session; path: string; onGo?: () => void }) {
  const { t } = useTranslation();
  const { side } = useRoleNames(session);
  return (
    <ul className="space-y-1">
      {navFor(side, session.role).map((item) => {
        const here = item.to === '/' ? path === '/' : path === item.to || path.startsWith(`${item.to}/`);
        return (
          <li key={item.to}>
            <Link
              to={item.to}
              onClick={onGo}
              aria-current={here ? 'page' : undefined}
              className={cx(
                'flex min-h-11 items-center gap-3 rounded-8 px-3 py-2 text-dns-16N-130 hover:bg-shade hover:underline',
                here ? 'fc-current bg-accent-soft font-700 text-accent-strong' : 'text-ink',
              )}
            >
              <Icon name={item.icon} />
              {t(`nav.${item.key}`)}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

function PersonMenu({ session, onLogout, go }: Pick<ShellProps, 'session' | 'onLogout' | 'go'>) {
  const { t } = useTranslation();
  const { organisation, role } = useRoleNames(session);
  const name = session.name;
  return (
    <MenuTrigger>
      <AriaButton className="flex min-h-11 min-w-11 items-center justify-center gap-2 rounded-8 px-2 hover:bg-shade">
        <Icon name="person" />
        <span className="sr-only">{t('app.person')} </span>
        <span className="text-dns-16N-130 sr-only max-w-40 truncate xl:not-sr-only">{name}</span>
      </AriaButton>
      <Popover className={kMenuPopover} placement="bottom end">
        <div className="border-b border-line px-3 py-2">
          <p className="text-dns-16B-130">{name}</p>
          <p className="text-dns-14N-130 text-sub">
            {organisation} {role}
          </p>
        </div>
        <Menu
          aria-label={t('app.person')}
          onAction={(key) => {
            if (key === 'logout') onLogout();
            else go('/help');
          }}
          className="outline-none"
        >
          <MenuItem id="help" className={kMenuItem}>
            <Icon name="help" />
            {t('nav.help')}
          </MenuItem>
          <Separator className="my-1 border-t border-line" />
          <MenuItem id="logout" className={kMenuItem}>
            <Icon name="logout" />
            {t('app.logout')}
          </MenuItem>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

export function Shell({ session, path, go, onSearch, onSwitch, onLogout, notices, children }: ShellProps) {
  const { t } = useTranslation();
  const [menu, setMenu] = useState(false);
  const [help, setHelp] = useState(false);
  const header = useRef<HTMLElement>(null);

  // Sticky table heads stop under the header, however tall it has become.
  useEffect(() => {
    const element = header.current;
    if (!element || typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(() => {
      const sticky = getComputedStyle(element).position === 'sticky';
      document.documentElement.style.setProperty('--header-height', sticky ? `${element.offsetHeight}px` : '0px');
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const mayDraft = session.role === 'investigator';
  useShortcuts([
    { keys: '/', label: t('keys.search'), scope: 'all', run: focusSearch },
    { keys: '?', label: t('keys.help'), scope: 'all', run: () => setHelp(true) },
    { keys: 'g d', label: t('keys.goDesk'), scope: 'all', run: () => go('/') },
    { keys: 'g m', label: t('keys.goMatters'), scope: 'all', run: () => go('/matters') },
    ...(mayDraft ? [{ keys: 'n', label: t('keys.new'), scope: 'all' as const, run: () => go('/inquiries/new') }] : []),
  ]);

  return (
    <div className="min-h-dvh bg-canvas">
      <a href="#content" className="sr-only focus:not-sr-only focus:fixed focus:start-2 focus:top-2 focus:z-50 focus:bg-white focus:px-4 focus:py-3">
        {t('app.skip')}
      </a>
      <header ref={header} className="no-print z-20 border-b border-line bg-white lg:sticky lg:top-0">
        <div className="mx-auto flex max-w-[96rem] flex-wrap items-center gap-x-2 gap-y-2 px-2 py-2 sm:px-4 lg:flex-nowrap lg:gap-x-4">
          <IconButton icon="menu" label={t('app.openMenu')} onClick={() => setMenu(true)} className="lg:hidden" />
          <Link to="/" className="rounded-4 px-1 py-2 text-ink">
            <Brand />
          </Link>
          <div className="hidden min-w-0 border-s border-line ps-2 lg:block">
            <RoleSwitch session={session} onSwitch={onSwitch} />
          </div>
          {session.role === 'admin' ? null : (
            <SearchBox onSearch={onSearch} className="order-last w-full lg:order-none lg:mx-auto lg:w-auto lg:max-w-md lg:flex-1" />
          )}
          <div className={cx('ms-auto flex items-center', session.role !== 'admin' && 'lg:ms-0')}>
            <span className="hidden sm:block">
              <LanguageSwitch />
            </span>
            <IconButton icon="help" label={t('app.help')} aria-keyshortcuts="?" onClick={() => setHelp(true)} />
            <PersonMenu session={session} onLogout={onLogout} go={go} />
          </div>
        </div>
      </header>
      <div className="mx-auto flex min-h-[calc(100dvh-var(--header-height,4rem))] max-w-[96rem]">
        <nav aria-label={t('nav.label')} className="no-print hidden w-56 shrink-0 border-e border-line lg:block">
          <div className="sticky top-(--header-height,4rem) p-3">
            <NavList session={session} path={path} />
          </div>
        </nav>
        <div className="min-w-0 flex-1">
          {notices ? (
            <section aria-label={t('banner.info')} className="no-print mx-auto max-w-[80rem] space-y-2 px-4 pt-4 sm:px-6 lg:px-8">
              {notices}
            </section>
          ) : null}
          <main id="content" tabIndex={-1} className="mx-auto max-w-[80rem] px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
            {children}
          </main>
        </div>
      </div>
      <Drawer open={menu} onClose={() => setMenu(false)} title={t('app.menu')} side="start">
        <div className="space-y-4">
          <RoleSwitch session={session} onSwitch={onSwitch} />
          <nav aria-label={t('nav.label')} className="border-t border-line pt-4">
            <NavList session={session} path={path} onGo={() => setMenu(false)} />
          </nav>
          <div className="border-t border-line pt-4">
            <LanguageSwitch />
          </div>
        </div>
      </Drawer>
      <KeyHelp open={help} onClose={() => setHelp(false)} />
    </div>
  );
}
