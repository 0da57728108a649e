// The live check: after a pause in typing, the rows that changed go to the server, which says what is wrong, which lane and by which rule.
// Answers are kept by the content of the row, so that moving, adding or removing rows asks nothing again.
import { useEffect, useMemo, useRef, useState } from 'react';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, type Problem } from '../../api/problem';
import { type FormItem, type InquiryForm, isBlank, judgeItemOf } from './model';

const kPause = 400; // ms
const kAtOnce = 500; // rows per request
const kKept = 20_000;

export interface Judged {
  checks: ReadonlyMap<string, Schema<'ItemCheck'>>; // by key of the row
  busy: boolean;
  progress: { done: number; total: number } | null; // while it takes more than one request
  problem: Problem | null;
}

const contentOf = (form: InquiryForm, item: FormItem) => JSON.stringify([form.to, form.form, judgeItemOf(item)]);

export function useJudge(form: InquiryForm): Judged {
  const known = useRef(new Map<string, Schema<'ItemCheck'>>());
  const [turn, setTurn] = useState(0);
  const [busy, setBusy] = useState(false);
  const [progress, setProgress] = useState<Judged['progress']>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      const open = new Map<string, FormItem>();
      for (const item of form.items) {
        if (isBlank(item)) continue;
        const content = contentOf(form, item);
        if (!known.current.has(content)) open.set(content, item);
      }
      setProgress(null);
      setBusy(open.size > 0); // the run before this one may have been given up half-way
      if (open.size === 0) return;
      try {
        const rows = [...open];
        for (let at = 0; at < rows.length; at += kAtOnce) {
          if (rows.length > kAtOnce) setProgress({ done: at, total: rows.length });
          const part = rows.slice(at, at + kAtOnce);
          const body = { ...(form.to ? { to: form.to } : {}), form: form.form, items: part.map(([, item]) => judgeItemOf(item)) };
          const view = await take(api.POST('/api/inquiries/judge', { body, signal: abort.signal }));
          if (known.current.size > kKept) known.current.clear();
          part.forEach(([content], index) => {
            const check = view.items[index];
            if (check) known.current.set(content, check);
          });
          setTurn((previous) => previous + 1);
        }
        setProblem(null);
      } catch (error) {
        if (!abort.signal.aborted) setProblem(asProblem(error));
      } finally {
        if (!abort.signal.aborted) {
          setBusy(false);
          setProgress(null);
        }
      }
    }, kPause);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [form]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` says that the kept answers have grown
  const checks = useMemo(() => {
    const found = new Map<string, Schema<'ItemCheck'>>();
    for (const item of form.items) {
      const check = isBlank(item) ? undefined : known.current.get(contentOf(form, item));
      if (check) found.set(item.key, check);
    }
    return found;
  }, [form, turn]);
  return { checks, busy, progress, problem };
}
