// What opens over the page: Dialog (a decision), Drawer (navigation, side work), Tabs inside a page. Focus is held inside and given back.
import { type ReactNode, useEffect, useRef } from 'react';
import { Dialog as AriaDialog, Tab as AriaTab, Tabs as AriaTabs, Heading, Modal, ModalOverlay, TabList, TabPanel } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { IconButton } from './Button';
import { cx } from './cx';

const kVeil = 'fixed inset-0 z-40 bg-opacity-gray-600 anim-fade';

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  actions?: ReactNode; // the primary last: nearest to where the eye ends
  wide?: boolean;
  reading?: string; // a long text: its name; it scrolls and takes the keyboard
  alert?: boolean; // a danger that must be answered: not closed by a click beside it
  locked?: boolean; // work is going on that closing would leave unseen: not closed at all
}

// The focus goes back to where it came from; where that was no place that takes it again (a page's title, after a key opened the dialog), it goes to
// the title of the page, so that the next Tab goes on in the page and not at the top of the window.
function useFocusKept(open: boolean): void {
  useEffect(() => {
    if (!open) return;
    return () => {
      // After the two frames in which the overlay goes away and gives the focus back.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          if (document.activeElement === null || document.activeElement === document.body) document.querySelector<HTMLElement>('main h1')?.focus();
        }),
      );
    };
  }, [open]);
}

export function Dialog({ open, onClose, title, children, actions, wide, reading, alert, locked }: DialogProps) {
  const { t } = useTranslation();
  useFocusKept(open);
  return (
    <ModalOverlay
      isOpen={open}
      onOpenChange={(next) => !next && !locked && onClose()}
      isDismissable={!alert && !locked}
      isKeyboardDismissDisabled={locked === true}
      className={cx(kVeil, 'grid place-items-center overflow-y-auto p-4')}
    >
      <Modal className={cx('w-full rounded-12 border border-line bg-white shadow-4 outline-none', wide ? 'max-w-4xl' : 'max-w-lg')}>
        <AriaDialog role={alert ? 'alertdialog' : 'dialog'} className="flex max-h-[calc(100dvh-2rem)] flex-col outline-none">
          <div className="flex items-start justify-between gap-4 px-4 pt-5 pb-2 sm:px-6">
            <Heading slot="title" className="text-std-20B-150">
              {title}
            </Heading>
            {locked ? null : <IconButton icon="cross" label={t('app.close')} onClick={onClose} className="-me-2 -mt-1" />}
          </div>
          <div
            {...(reading ? { role: 'group', tabIndex: 0, 'aria-label': reading } : {})}
            className="min-h-0 flex-1 overflow-y-auto px-4 pt-1 pb-6 outline-offset-[-4px] sm:px-6"
          >
            {children}
          </div>
          {actions ? <div className="flex flex-wrap justify-end gap-3 border-t border-line px-4 py-4 sm:px-6">{actions}</div> : null}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

export interface DrawerProps {
  open: boolean;
  onClose: () => void;
  title: string;
  side?: 'start' | 'end';
  children: ReactNode;
}

export function Drawer({ open, onClose, title, side = 'end', children }: DrawerProps) {
  const { t } = useTranslation();
  useFocusKept(open);
  return (
    <ModalOverlay
      isOpen={open}
      onOpenChange={(next) => !next && onClose()}
      isDismissable
      className={cx(kVeil, 'flex', side === 'end' && 'justify-end')}
    >
      <Modal className="anim-slide h-full w-[min(24rem,calc(100vw-2rem))] bg-white shadow-4 outline-none">
        <AriaDialog className="flex h-full flex-col outline-none">
          <div className="flex min-h-16 items-center justify-between gap-4 border-b border-line ps-4 pe-2">
            <Heading slot="title" className="text-dns-17B-130">
              {title}
            </Heading>
            <IconButton icon="cross" label={t('app.close')} onClick={onClose} />
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

export interface TabItem {
  id: string;
  label: string;
  count?: number;
  content: ReactNode;
}

export function Tabs({
  label,
  tabs,
  selected,
  onSelect,
}: {
  label: string;
  tabs: readonly TabItem[];
  selected?: string;
  onSelect?: (id: string) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  // Where they do not all fit beside one another, the chosen one is among those that are seen.
  useEffect(() => {
    const chosen = selected ? list.current?.querySelector<HTMLElement>('[aria-selected="true"]') : null;
    if (list.current && chosen)
      list.current.scrollLeft = chosen.offsetLeft - list.current.offsetLeft - (list.current.clientWidth - chosen.clientWidth) / 2;
  }, [selected]);
  return (
    <AriaTabs selectedKey={selected} onSelectionChange={(key) => onSelect?.(String(key))}>
      <TabList ref={list} aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line">
        {tabs.map((tab) => (
          <AriaTab
            key={tab.id}
            id={tab.id}
            className="text-dns-16N-130 flex min-h-12 items-center gap-2 rounded-t-8 border-b-4 border-transparent px-4 py-2 whitespace-nowrap text-sub outline-offset-[-4px] hover:bg-shade data-selected:border-accent data-selected:font-700 data-selected:text-accent"
          >
            {tab.label}
            {tab.count !== undefined ? (
              <span className="tabular text-dns-14N-130 rounded-full bg-shade px-2 py-0.5 text-ink">{tab.count}</span>
            ) : null}
          </AriaTab>
        ))}
      </TabList>
      {tabs.map((tab) => (
        <TabPanel key={tab.id} id={tab.id} className="pt-4">
          {tab.content}
        </TabPanel>
      ))}
    </AriaTabs>
  );
}
