// Keeps what was typed through errors, reload and log-out: in this browser's storage, under the person's id, so that nobody else who
// logs in here finds it. Removed when the form has been accepted (`clear`).
import { useCallback, useEffect, useRef, useState } from 'react';

const kVersion = 1;
const kWriteAfter = 300; // ms of rest after typing

interface Kept<T> {
  version: number;
  at: string;
  value: T;
}

export function draftKey(person: string, form: string): string {
  return `warifu.draft.${person}.${form}`;
}

function read<T>(key: string, check: (value: unknown) => value is T): { value: T; at: Date } | null {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? 'null') as Kept<unknown> | null;
    if (kept?.version !== kVersion || !check(kept.value)) return null;
    return { value: kept.value, at: new Date(kept.at) };
  } catch {
    return null; // unreadable or storage off: the form starts empty
  }
}

function write<T>(key: string, value: T): boolean {
  try {
    localStorage.setItem(key, JSON.stringify({ version: kVersion, at: new Date().toISOString(), value } satisfies Kept<T>));
    return true;
  } catch {
    return false;
  }
}

export interface Draft<T> {
  value: T;
  set: (next: T | ((previous: T) => T)) => void;
  restoredAt: Date | null; // when the restored text was typed; null when the form started fresh
  kept: boolean; // false when the browser refuses to store: say so rather than promise
  discard: () => void; // back to the initial value
  clear: () => void; // accepted: forget the draft, keep what is on the screen
}

// `check` admits only what this version of the form understands (parse, don't validate). Person and form must not change while mounted.
export function useDraftStorage<T>(person: string, form: string, initial: T, check: (value: unknown) => value is T): Draft<T> {
  const key = draftKey(person, form);
  const [found] = useState(() => read(key, check));
  const [value, setValue] = useState<T>(found?.value ?? initial);
  const [restoredAt, setRestoredAt] = useState(found?.at ?? null);
  const [kept, setKept] = useState(true);
  const waiting = useRef<{ value: T } | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);

  const flush = useCallback(() => {
    if (timer.current) clearTimeout(timer.current);
    timer.current = null;
    if (!waiting.current) return;
    const done = write(key, waiting.current.value);
    waiting.current = null;
    setKept(done);
  }, [key]);

  useEffect(() => {
    addEventListener('pagehide', flush);
    return () => {
      removeEventListener('pagehide', flush);
      flush();
    };
  }, [flush]);

  const forget = useCallback(() => {
    if (timer.current) clearTimeout(timer.current);
    timer.current = null;
    waiting.current = null;
    try {
      localStorage.removeItem(key);
    } catch {
      // nothing was stored then
    }
    setRestoredAt(null);
  }, [key]);

  const set = useCallback(
    (next: T | ((previous: T) => T)) => {
      setValue((previous) => {
        const result = typeof next === 'function' ? (next as (previous: T) => T)(previous) : next;
        waiting.current = { value: result };
        return result;
      });
      if (timer.current) clearTimeout(timer.current);
      timer.current = setTimeout(flush, kWriteAfter);
    },
    [flush],
  );

  const discard = useCallback(() => {
    forget();
    setValue(initial);
  }, [forget, initial]);

  return { value, set, restoredAt, kept, discard, clear: forget };
}
