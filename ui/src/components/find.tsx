// Finding a row in a list that is here as a whole: a field above it once there are too many rows to look through. What the server pages has a search
// of its own.
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TextField } from './fields';

const kFrom = 20; // rows

// Width, case and the two kana scripts do not matter.
export function foldForFind(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));
}

export interface Found<Row> {
  rows: readonly Row[];
  field: ReactNode; // nothing while the list is short
  nothing: ReactNode; // instead of the list's own words for being empty; nothing while nothing is looked for
}

export function useFind<Row>(all: readonly Row[], textOf: (row: Row) => string): Found<Row> {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  if (all.length <= kFrom) return { rows: all, field: null, nothing: null };
  const words = foldForFind(text).split(/\s+/).filter(Boolean);
  const rows = words.length === 0 ? all : all.filter((row) => words.every((word) => foldForFind(textOf(row)).includes(word)));
  return {
    rows,
    field: <TextField label={t('find.label')} type="search" value={text} onChange={setText} className="no-print w-full max-w-sm" />,
    nothing: words.length > 0 ? <p className="py-6 text-sub">{t('find.none')}</p> : null,
  };
}
