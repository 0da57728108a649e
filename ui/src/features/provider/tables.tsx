// The tables of an answer: what a source returned (rows to tick), what was written by hand, and the finished table as it is read.
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, cx, Icon, IconButton, More, TextField } from '../../components';
import { formatDateTime, formatNumber } from '../../i18n/format';
import type { HandTable } from './answer_draft';
import type { Lookup } from './queries';

const kRowsAtOnce = 200;

const kHead = 'border-b border-edge bg-shade px-3 py-2 text-start whitespace-nowrap';
const kCell = 'border-b border-line px-3 py-2 align-top';

// The table scrolls sideways, so that a name, a number or a day never breaks; long texts do.
const kWhole = 24; // characters
const kLong = 120;
const kept = (cell: string) => (cell.length <= kWhole ? 'min-w-24 whitespace-nowrap' : cell.length <= kLong ? 'min-w-60' : 'min-w-96');

// Wide tables scroll inside their own frame, by keyboard too.
function Frame({ label, children }: { label: string; children: React.ReactNode }) {
  const { t } = useTranslation();
  const name = t('prov.tableFrame', { title: label }); // another than that of the part of the page it stands in
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section aria-label={name} tabIndex={0} className="print-wide scroll-cue overflow-x-auto outline-offset-[-4px]">
      {children}
    </section>
  );
}

export function Provenance({ title, lookup }: { title: string; lookup: Lookup }) {
  const { t } = useTranslation();
  const { provenance } = lookup;
  return (
    <span className="text-dns-14N-130 flex flex-wrap gap-x-4 gap-y-1 text-sub">
      <span>{t('prov.provenance', { title, query: provenance.query })}</span>
      <time dateTime={provenance.at} className="tabular">
        {formatDateTime(new Date(provenance.at))}
      </time>
      <span className="tabular">{t('prov.rowCount', { count: provenance.rows, n: formatNumber(provenance.rows) })}</span>
    </span>
  );
}

export interface LookupTableProps {
  lookup: Lookup;
  title: string; // of the source
  ticked: readonly number[];
  onTick: (ticked: number[]) => void;
  reason: string;
  onReason: (reason: string) => void;
  error?: string;
}

export function LookupTable({ lookup, title, ticked, onTick, reason, onReason, error }: LookupTableProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(kRowsAtOnce);
  const heading = useId();
  const { columns, rows } = lookup.table;
  const chosen = new Set(ticked);
  const all = rows.length > 0 && chosen.size === rows.length;
  const left = rows.length - chosen.size;
  const toggle = (index: number) => {
    const next = new Set(chosen);
    if (!next.delete(index)) next.add(index);
    onTick([...next].sort((a, b) => a - b));
  };
  return (
    <section aria-labelledby={heading} className="rounded-8 border border-line">
      <div className="space-y-1 px-3 pt-3 pb-2">
        <h3 id={heading} className="text-dns-16B-130">
          {title}
        </h3>
        <Provenance title={title} lookup={lookup} />
        {lookup.truncated ? (
          <p className="text-dns-14N-130 flex items-start gap-1 text-care">
            <Icon name="alert" size={16} className="mt-px" />
            {t('prov.truncated')}
          </p>
        ) : null}
      </div>
      {rows.length === 0 ? (
        <p className="flex items-center gap-2 px-3 pb-3">
          <Icon name="empty" className="text-sub" />
          {t('prov.noRows')}
        </p>
      ) : (
        <>
          <Frame label={title}>
            <table className="text-dns-14N-130 w-full border-collapse">
              <thead>
                <tr>
                  <th scope="col" className={cx(kHead, 'w-1 px-0')}>
                    <label className="grid size-11 cursor-pointer place-content-center">
                      <span className="sr-only">{t('prov.tickAll')}</span>
                      <input
                        type="checkbox"
                        checked={all}
                        ref={(element) => {
                          if (element) element.indeterminate = chosen.size > 0 && !all;
                        }}
                        onChange={() => onTick(all ? [] : rows.map((_, index) => index))}
                        className="size-5 accent-accent"
                      />
                    </label>
                  </th>
                  {columns.map((column, index) => (
                    <th key={index} scope="col" lang="ja" className={kHead}>
                      {column}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.slice(0, shown).map((row, index) => {
                  const on = chosen.has(index);
                  return (
                    <tr key={index} className={on ? 'bg-accent-soft' : undefined}>
                      <td className="border-b border-line p-0">
                        <label className="grid size-11 cursor-pointer place-content-center">
                          <span className="sr-only">{t('prov.tickRow', { n: String(index + 1) })}</span>
                          <input type="checkbox" checked={on} onChange={() => toggle(index)} className="size-5 accent-accent" />
                        </label>
                      </td>
                      {row.map((cell, at) => (
                        <td key={at} lang="ja" className={cx(kCell, 'tabular leading-150', kept(cell))}>
                          {cell === '' ? '―' : cell}
                        </td>
                      ))}
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </Frame>
          <More shown={shown} total={rows.length} onMore={() => setShown(shown + kRowsAtOnce)} inFrame />
          <div className="space-y-3 px-3 py-3">
            <p className="text-dns-14N-130 tabular" aria-live="polite">
              {t('prov.ticked', { n: formatNumber(chosen.size), total: formatNumber(rows.length) })}
            </p>
            {left > 0 ? (
              <TextField
                label={t('prov.struckReason', { n: formatNumber(left), count: left })}
                help={t('prov.struckHelp')}
                value={reason}
                onChange={onReason}
                error={error}
              />
            ) : null}
          </div>
        </>
      )}
    </section>
  );
}

export interface HandEntryProps {
  title: string;
  lookup?: Lookup;
  table: HandTable;
  onChange: (table: HandTable) => void;
  onRemove?: () => void;
}

// Rows typed in, or pasted from a spreadsheet (tab-separated) starting at a cell.
export function HandEntry({ title, lookup, table, onChange, onRemove }: HandEntryProps) {
  const { t } = useTranslation();
  const heading = useId();
  const free = table.lookup === null;
  const setCell = (row: number, column: number, text: string) =>
    onChange({ ...table, rows: table.rows.map((cells, at) => (at === row ? cells.map((cell, c) => (c === column ? text : cell)) : cells)) });
  const setColumn = (column: number, text: string) => onChange({ ...table, columns: table.columns.map((name, at) => (at === column ? text : name)) });
  const blank = () => table.columns.map(() => '');
  const paste = (row: number, column: number, text: string) => {
    const block = text
      .replace(/\r\n?/g, '\n')
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => line.split('\t'));
    const rows = table.rows.map((cells) => [...cells]);
    block.forEach((cells, r) => {
      rows[row + r] ??= blank();
      cells.forEach((cell, c) => {
        if (column + c < table.columns.length) (rows[row + r] as string[])[column + c] = cell.trim();
      });
    });
    onChange({ ...table, rows });
  };
  const kInput = 'text-dns-14N-130 min-h-11 w-full min-w-28 rounded-4 border border-edge bg-white px-2 hover:border-black';
  return (
    <section aria-labelledby={heading} className="rounded-8 border border-line">
      <div className="flex items-start justify-between gap-2 ps-3 pt-3 pb-2">
        <div className="space-y-1">
          <h3 id={heading} className="text-dns-16B-130">
            {title}
          </h3>
          {lookup ? <Provenance title={title} lookup={lookup} /> : null}
          <p className="text-dns-14N-130 text-sub">{t('prov.handHelp')}</p>
        </div>
        {onRemove ? <IconButton icon="trash" label={t('prov.handRemove', { title })} onClick={onRemove} /> : null}
      </div>
      <Frame label={title}>
        <table className="text-dns-14N-130 w-full border-collapse">
          <thead>
            <tr>
              {table.columns.map((column, at) => (
                <th key={at} scope="col" className={free ? 'border-b border-edge bg-shade p-1 text-start' : kHead}>
                  {free ? (
                    <input
                      aria-label={t('prov.handColumn', { n: String(at + 1) })}
                      placeholder={t('prov.handColumn', { n: String(at + 1) })}
                      value={column}
                      onChange={(event) => setColumn(at, event.target.value)}
                      className={kInput}
                    />
                  ) : (
                    column
                  )}
                </th>
              ))}
              <th scope="col" className={cx(kHead, 'w-1')}>
                <span className="sr-only">{t('action.remove')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {table.rows.map((cells, row) => (
              <tr key={row}>
                {cells.map((cell, at) => (
                  <td key={at} lang="ja" className="p-1">
                    <input
                      aria-label={t('prov.handCell', {
                        row: String(row + 1),
                        column: table.columns[at] || t('prov.handColumn', { n: String(at + 1) }),
                      })}
                      value={cell}
                      onChange={(event) => setCell(row, at, event.target.value)}
                      onPaste={(event) => {
                        const text = event.clipboardData.getData('text/plain');
                        if (!/[\t\n]/.test(text.trim())) return;
                        event.preventDefault();
                        paste(row, at, text);
                      }}
                      className={kInput}
                    />
                  </td>
                ))}
                <td className="p-0">
                  <IconButton
                    icon="cross"
                    label={t('prov.handRemoveRow', { n: String(row + 1) })}
                    onClick={() => onChange({ ...table, rows: table.rows.length > 1 ? table.rows.filter((_, one) => one !== row) : [blank()] })}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Frame>
      <div className="flex flex-wrap gap-2 px-3 py-3">
        <Button size="small" icon="plus" onClick={() => onChange({ ...table, rows: [...table.rows, blank()] })}>
          {t('prov.handAddRow')}
        </Button>
        {free ? (
          <Button
            size="small"
            icon="plus"
            onClick={() => onChange({ ...table, columns: [...table.columns, ''], rows: table.rows.map((cells) => [...cells, '']) })}
          >
            {t('prov.handAddColumn')}
          </Button>
        ) : null}
      </div>
    </section>
  );
}

// As it goes out; numbered, because the second person counts.
export function ReadTable({ label, columns, rows }: { label: string; columns: readonly string[]; rows: readonly (readonly string[])[] }) {
  const [shown, setShown] = useState(kRowsAtOnce);
  const { t } = useTranslation();
  return (
    <div className="rounded-8 border border-line">
      <Frame label={label}>
        <table className="text-dns-14N-130 w-full border-collapse">
          <thead>
            <tr>
              <th scope="col" className={cx(kHead, 'w-1 text-end')}>
                {t('prov.rowNo')}
              </th>
              {columns.map((column, at) => (
                <th key={at} scope="col" lang="ja" className={kHead}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row, index) => (
              <tr key={index}>
                <td className={cx(kCell, 'tabular text-end whitespace-nowrap text-sub')}>{index + 1}</td>
                {row.map((cell, at) => (
                  <td key={at} lang="ja" className={cx(kCell, 'tabular', kept(cell))}>
                    {cell === '' ? '―' : cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Frame>
      <More shown={shown} total={rows.length} onMore={() => setShown(shown + kRowsAtOnce)} inFrame />
    </div>
  );
}
