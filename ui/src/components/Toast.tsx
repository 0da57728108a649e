// Notices that something went well: spoken by a live region, shown for a while, kept while pointed at or focused. Errors are never toasts,
// they stand where they arose.
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from './Button';
import { Icon } from './Icon';

interface Notice {
  id: number;
  text: string;
}

type Notify = (text: string) => void;
const Context = createContext<Notify | null>(null);
const kShown = 8000; // ms
const kAtOnce = 3;

export function ToastProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const next = useRef(1);
  const timers = useRef(new Map<number, ReturnType<typeof setTimeout>>());

  const dismiss = useCallback((id: number) => {
    clearTimeout(timers.current.get(id));
    timers.current.delete(id);
    setNotices((previous) => previous.filter((notice) => notice.id !== id));
  }, []);

  const startTimer = useCallback(
    (id: number) =>
      timers.current.set(
        id,
        setTimeout(() => dismiss(id), kShown),
      ),
    [dismiss],
  );

  const notify = useCallback<Notify>(
    (text) => {
      const id = next.current++;
      setNotices((previous) => [...previous.slice(1 - kAtOnce), { id, text }]);
      startTimer(id);
    },
    [startTimer],
  );

  const hold = () => {
    for (const timer of timers.current.values()) clearTimeout(timer);
  };
  const release = () => {
    for (const id of timers.current.keys()) startTimer(id);
  };

  const value = useMemo(() => notify, [notify]);
  return (
    <Context.Provider value={value}>
      {children}
      <section
        aria-label={t('toast.region')}
        onMouseEnter={hold}
        onMouseLeave={release}
        onFocus={hold}
        onBlur={release}
        className="no-print pointer-events-none fixed inset-x-4 bottom-[calc(1rem+var(--bottom-bar,0px))] z-30 flex flex-col items-end gap-2"
      >
        <div aria-live="polite" aria-relevant="additions" className="flex flex-col items-end gap-2">
          {notices.map((notice) => (
            <div
              key={notice.id}
              className="fc-edge anim-fade pointer-events-auto flex max-w-md items-center gap-3 rounded-8 bg-solid-gray-900 ps-4 text-white shadow-3"
            >
              <Icon name="checkCircle" className="text-green-300" />
              <span className="text-dns-16N-130 py-3">{notice.text}</span>
              <IconButton icon="cross" label={t('toast.dismiss')} onClick={() => dismiss(notice.id)} className="text-white hover:bg-solid-gray-700" />
            </div>
          ))}
        </div>
      </section>
    </Context.Provider>
  );
}

export function useNotify(): Notify {
  const notify = useContext(Context);
  if (!notify) throw new Error('ToastProvider is missing above this component');
  return notify;
}
