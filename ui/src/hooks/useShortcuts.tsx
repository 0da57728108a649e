// Keyboard work: a component says which keys it offers while it is on the screen, one listener serves them, `?` lists them.
// Keys are single characters ("j"), names ("Enter") or two strokes ("g d"). They rest while somebody types, while a dialog is open,
// and when the person has switched them off (WCAG 2.2, 2.1.4).
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';

export type ShortcutScope = 'all' | 'list' | 'approval';

export interface Shortcut {
  keys: string;
  label: string;
  scope: ShortcutScope;
  run?: (event: KeyboardEvent) => void; // absent: listed only, the component handles the key itself
}

interface Registry {
  list: readonly Shortcut[];
  add: (shortcuts: readonly Shortcut[]) => () => void;
  enabled: boolean;
  setEnabled: (enabled: boolean) => void;
}

const kStored = 'warifu.shortcuts';
const kSecondStroke = 1200; // ms
const Context = createContext<Registry | null>(null);

export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit', 'reset', 'file'].includes(target.type);
  return target.closest('[role="listbox"],[role="menu"],[role="spinbutton"],[role="combobox"]') !== null;
}

export function isDialogOpen(): boolean {
  return document.querySelector('[role="dialog"],[role="alertdialog"]') !== null;
}

// Feeds strokes; answers the shortcut that is complete, if any.
export function matcher(): (key: string, at: number, list: readonly Shortcut[]) => Shortcut | null {
  let first: { key: string; at: number } | null = null;
  return (key, at, list) => {
    const pair = first && at - first.at <= kSecondStroke ? `${first.key} ${key}` : null;
    first = null;
    const found = (pair && list.findLast((shortcut) => shortcut.keys === pair)) || list.findLast((shortcut) => shortcut.keys === key);
    if (!found && list.some((shortcut) => shortcut.keys.startsWith(`${key} `))) first = { key, at };
    return found || null;
  };
}

function storedEnabled(): boolean {
  try {
    return localStorage.getItem(kStored) !== 'off';
  } catch {
    return true;
  }
}

export function ShortcutProvider({ children }: { children: ReactNode }) {
  const [list, setList] = useState<readonly Shortcut[]>([]);
  const [enabled, setEnabledState] = useState(storedEnabled);
  const current = useRef<readonly Shortcut[]>(list);
  current.current = list;

  const add = useCallback((shortcuts: readonly Shortcut[]) => {
    setList((previous) => [...previous, ...shortcuts]);
    return () => setList((previous) => previous.filter((shortcut) => !shortcuts.includes(shortcut)));
  }, []);

  const setEnabled = useCallback((next: boolean) => {
    try {
      localStorage.setItem(kStored, next ? 'on' : 'off');
    } catch {
      // remembered for this visit only
    }
    setEnabledState(next);
  }, []);

  useEffect(() => {
    if (!enabled) return;
    const match = matcher();
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (isTyping(event.target) || isDialogOpen()) return;
      const found = match(
        event.key,
        event.timeStamp,
        current.current.filter((shortcut) => shortcut.run),
      );
      if (!found?.run) return;
      event.preventDefault();
      found.run(event);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [enabled]);

  const registry = useMemo(() => ({ list, add, enabled, setEnabled }), [list, add, enabled, setEnabled]);
  return <Context.Provider value={registry}>{children}</Context.Provider>;
}

export function useShortcutRegistry(): Registry {
  const registry = useContext(Context);
  if (!registry) throw new Error('ShortcutProvider is missing above this component');
  return registry;
}

// Offers these keys while the component is mounted. `run` may close over fresh state: the newest one is called.
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const add = useContext(Context)?.add;
  const newest = useRef(shortcuts);
  newest.current = shortcuts;
  const signature = shortcuts.map((shortcut) => `${shortcut.keys}|${shortcut.label}|${shortcut.scope}|${shortcut.run ? 1 : 0}`).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for the list; its functions are read through the ref
  useEffect(() => {
    return add?.(
      newest.current.map((shortcut, index) => ({
        ...shortcut,
        ...(shortcut.run ? { run: (event: KeyboardEvent) => newest.current[index]?.run?.(event) } : {}),
      })),
    );
  }, [add, signature]);
}
