// Many items at once: a pasted list (one per line) or a CSV file. Errors are listed by row and column, and nothing is taken by halves.
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem } from '../../api/problem';
import { Banner, Button, Dialog, FileDrop, Select, Tabs, TextField } from '../../components';
import { formatNumber } from '../../i18n/format';
import { inTongue, noticeText } from '../matters/words';
import { emptyItem, type FormItem, fieldsOf, itemOfDraft, newKey, type SelectorType } from './model';

export interface RowError {
  row: number;
  column: string;
  text: string;
}

// Lines as the type of the row they were pasted into; when that fits none of them, each line's own best guess.
export async function readLines(text: string, type: SelectorType | null): Promise<Schema<'PastedLine'>[]> {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  const ask = async (as: SelectorType | null) =>
    (await take(api.POST('/api/selectors/lines', { body: { lines, ...(as ? { type: as } : {}) } }))).lines;
  const first = await ask(type);
  if (!type || first.every((line) => !line.error)) return first;
  const guessed = await ask(null);
  return guessed.filter((line) => !line.error).length > first.filter((line) => !line.error).length ? guessed : first;
}

const kHeadings = /^(?:﻿)?"?(?:type|value|対象の種類|値)"?\s*[,\t]/i;
export function looksLikeCsv(text: string): boolean {
  return kHeadings.test(text.trimStart());
}

// Copied from a spreadsheet the columns are parted by tabs.
export function asCsv(text: string): string {
  const [head = ''] = text.split(/\r?\n/, 1);
  if (!head.includes('\t')) return text;
  const quote = (cell: string) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return text
    .split(/\r?\n/)
    .map((line) => line.split('\t').map(quote).join(','))
    .join('\n');
}

export async function importCsv(csv: Blob | string, type: SelectorType | null): Promise<Schema<'ImportView'>> {
  return take(
    api.POST('/api/inquiries/import', {
      params: { query: type ? { type } : {} },
      body: csv as string,
      bodySerializer: (body: unknown) => body as BodyInit,
      headers: { 'Content-Type': 'text/csv' },
    }),
  );
}

export function itemsOfLines(lines: readonly Schema<'PastedLine'>[], like: FormItem | undefined): FormItem[] {
  return lines.flatMap((line) =>
    line.selector ? [{ ...emptyItem(like), key: newKey(), type: line.selector.type, fields: fieldsOf(line.selector) }] : [],
  );
}

export interface AddManyDialogProps {
  types: readonly Schema<'SelectorTypeView'>[];
  like: FormItem | undefined;
  onAdd: (items: FormItem[]) => void;
  onClose: () => void;
}

export function AddManyDialog({ types, like, onAdd, onClose }: AddManyDialogProps) {
  const { t } = useTranslation();
  const [tab, setTab] = useState('list');
  const [text, setText] = useState('');
  const [files, setFiles] = useState<readonly File[]>([]);
  const [type, setType] = useState<SelectorType | 'GUESS'>('GUESS');
  const [errors, setErrors] = useState<readonly RowError[]>([]);
  const [capped, setCapped] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [missing, setMissing] = useState<string>();
  const [busy, setBusy] = useState(false);
  const chosen = type === 'GUESS' ? null : type;

  const take_ = async () => {
    setErrors([]);
    setCapped(false);
    setFailure(null);
    setMissing(undefined);
    const file = files[0];
    if (tab === 'list' && text.trim() === '') {
      setMissing(t('many.listMissing'));
      return;
    }
    if (tab === 'csv' && !file) {
      setMissing(t('many.fileMissing'));
      return;
    }
    setBusy(true);
    try {
      if (tab === 'list' && !looksLikeCsv(text)) {
        const lines = await readLines(text, chosen);
        const wrong = lines.flatMap((line, index) => (line.error ? [{ row: index + 1, column: '', text: noticeText(line.error) }] : []));
        if (wrong.length > 0) setErrors(wrong);
        else onAdd(itemsOfLines(lines, like));
      } else {
        const view = await importCsv(tab === 'list' ? asCsv(text) : (file ?? ''), chosen);
        if (view.errors.length > 0) {
          setErrors(view.errors.map((one) => ({ row: one.row, column: one.column, text: inTongue(one.ja, one.en) })));
          setCapped(view.errors_are_capped);
        } else onAdd(view.items.map(itemOfDraft));
      }
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const problem = asProblem(failure);
  const typeSelect = (
    <Select
      label={t('many.type')}
      help={t('many.typeHelp')}
      choices={[
        { id: 'GUESS' as const, label: t('many.guess') },
        ...types.map((one) => ({ id: one.type, label: inTongue(one.name_ja, one.name_en) })),
      ]}
      value={type}
      onChange={(value: SelectorType | 'GUESS') => setType(value)}
    />
  );
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('many.title')}
      wide
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" icon="plus" busy={busy} onClick={() => void take_()}>
            {t('many.add')}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        {failure ? <Banner tone="danger">{problem?.text() ?? String(failure)}</Banner> : null}
        {errors.length > 0 ? <RowErrors errors={errors} capped={capped} /> : null}
        <Tabs
          label={t('many.title')}
          selected={tab}
          onSelect={setTab}
          tabs={[
            {
              id: 'list',
              label: t('many.list'),
              content: (
                <div className="space-y-4">
                  {typeSelect}
                  <TextField
                    label={t('many.lines')}
                    help={t('many.linesHelp')}
                    value={text}
                    onChange={setText}
                    rows={8}
                    mono
                    error={tab === 'list' ? missing : undefined}
                    required
                  />
                </div>
              ),
            },
            {
              id: 'csv',
              label: t('many.csv'),
              content: (
                <div className="space-y-4">
                  {typeSelect}
                  <p className="text-dns-14N-130 text-sub">{t('many.csvHelp')}</p>
                  <FileDrop
                    label={t('many.file')}
                    files={files}
                    onChange={(next) => setFiles(next.slice(-1))}
                    types={{ 'text/csv': 'CSV', 'application/vnd.ms-excel': 'CSV', 'text/plain': 'CSV', 'application/csv': 'CSV' }}
                    maxBytes={8 * 1024 * 1024}
                    error={tab === 'csv' ? missing : undefined}
                  />
                </div>
              ),
            },
          ]}
        />
      </div>
    </Dialog>
  );
}

const kErrorsShown = 100;

export function RowErrors({ errors, capped }: { errors: readonly RowError[]; capped: boolean }) {
  const { t } = useTranslation();
  const n = formatNumber(errors.length);
  return (
    <Banner tone="danger" title={t('many.errors', { n: capped ? `${n}+` : n, count: errors.length })}>
      <p>{t('many.nothingTaken')}</p>
      <ul className="text-dns-14N-130 mt-2 max-h-60 space-y-1 overflow-y-auto">
        {errors.slice(0, kErrorsShown).map((error, index) => (
          <li key={index}>
            <span className="tabular font-700">{t('many.row', { n: String(error.row) })}</span>
            {error.column ? <span className="font-700"> {t('many.column', { name: error.column })}</span> : null} {error.text}
          </li>
        ))}
      </ul>
      {errors.length > kErrorsShown ? (
        <p className="text-dns-14N-130 mt-1">{t('many.moreErrors', { n: formatNumber(errors.length - kErrorsShown) })}</p>
      ) : null}
    </Banner>
  );
}
