// The dense list experts work in: a real table (readable, printable, copied as text) with a current row that j, k and Enter move and open.
// Where its columns would not fit beside one another (by their number, see `in-rows`) there is one block per row with the column's name before
// each value, so that nothing is cut off at 320 px.
import { type KeyboardEvent, type ReactNode, useId, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Shortcut, useShortcuts } from '../hooks/useShortcuts';
import { formatNumber } from '../i18n/format';
import { cx } from './cx';
import { Icon } from './Icon';

export interface Column<Row> {
  id: string;
  label: string;
  cell: (row: Row) => ReactNode;
  sortBy?: (row: Row) => string | number | null; // given: the column can be sorted
  numeric?: boolean; // right-aligned, tabular figures
  main?: boolean; // names the row: its header for screen readers, its title on narrow screens
  width?: 'narrow' | 'wide';
  nowrap?: boolean;
  share?: string; // a class for the width where the table divides it itself (see `fixed`)
}

export interface Sorting {
  column: string;
  descending: boolean;
}

export interface DataTableProps<Row> {
  caption: string;
  captionHidden?: boolean;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  rowName: (row: Row) => string; // for the checkbox and the live words
  onOpen?: (row: Row) => void;
  selected?: ReadonlySet<string>;
  onSelect?: (selected: Set<string>) => void;
  selectionActions?: ReactNode;
  sorting?: Sorting; // given with onSort: the server sorts
  onSort?: (sorting: Sorting) => void;
  empty?: ReactNode;
  wide?: boolean; // its cells hold more than its number of columns tells: beside one another on a wide page only
  fixed?: boolean; // on a wide page the columns take their `share`: tables under one another stand in line
  keys?: boolean; // j k Enter x; on unless two tables share a page
}

function compare(a: string | number | null, b: string | number | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'ja', { numeric: true });
}

export function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sorting: Sorting | null): readonly Row[] {
  const by = columns.find((column) => column.id === sorting?.column)?.sortBy;
  if (!by || !sorting) return rows;
  const sorted = [...rows].sort((a, b) => compare(by(a), by(b)));
  return sorting.descending ? sorted.reverse() : sorted;
}

export function DataTable<Row>(props: DataTableProps<Row>) {
  const {
    caption,
    captionHidden,
    columns,
    rows,
    rowId,
    rowName,
    onOpen,
    selected,
    onSelect,
    selectionActions,
    onSort,
    empty,
    wide,
    fixed,
    keys = true,
  } = props;
  const { t } = useTranslation();
  const keyHint = useId();
  const [ownSorting, setOwnSorting] = useState<Sorting | null>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const body = useRef<HTMLTableSectionElement>(null);
  const sorting = onSort ? (props.sorting ?? null) : ownSorting;
  const shown = useMemo(() => (onSort ? rows : sortRows(rows, columns, sorting)), [rows, columns, sorting, onSort]);
  const chosen = selected ?? new Set<string>();

  const focusRow = (index: number) => {
    const row = shown[Math.max(0, Math.min(shown.length - 1, index))];
    if (!row) return;
    setCurrent(rowId(row));
    const element = body.current?.querySelectorAll<HTMLTableRowElement>(':scope > tr')[shown.indexOf(row)];
    element?.focus();
    element?.scrollIntoView({ block: 'nearest' });
  };
  const position = () => shown.findIndex((row) => rowId(row) === current);
  const toggle = (row: Row) => {
    const next = new Set(chosen);
    if (!next.delete(rowId(row))) next.add(rowId(row));
    onSelect?.(next);
  };

  const offered: Shortcut[] = [
    { keys: 'j', label: t('keys.down'), scope: 'list', run: () => focusRow(position() + 1) },
    { keys: 'k', label: t('keys.up'), scope: 'list', run: () => focusRow(position() < 0 ? shown.length - 1 : position() - 1) },
  ];
  if (onOpen) offered.push({ keys: 'Enter', label: t('keys.open'), scope: 'list' });
  if (onSelect) offered.push({ keys: 'x', label: t('keys.select'), scope: 'list' });
  useShortcuts(keys && shown.length > 0 ? offered : []);

  const onRowKey = (event: KeyboardEvent, row: Row) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' && onOpen) onOpen(row);
    else if (event.key === 'x' && onSelect) toggle(row);
    else if (event.key === 'ArrowDown') focusRow(position() + 1);
    else if (event.key === 'ArrowUp') focusRow(position() - 1);
    else return;
    event.preventDefault();
  };

  const onHead = (column: Column<Row>) => {
    const next = { column: column.id, descending: sorting?.column === column.id && !sorting.descending };
    if (onSort) onSort(next);
    else setOwnSorting(next);
  };

  if (rows.length === 0) return <>{empty ?? <p className="py-6 text-sub">{t('table.empty')}</p>}</>;

  const count = columns.length + (onSelect ? 1 : 0);
  const close = count > 4;
  const gap = close ? 'px-2' : 'px-3';
  const all = shown.length > 0 && shown.every((row) => chosen.has(rowId(row)));
  const some = !all && shown.some((row) => chosen.has(rowId(row)));
  return (
    <div className="table-room min-w-0" data-columns={wide || count > 6 ? 'many' : count <= 3 ? 'few' : 'some'}>
      {onSelect && chosen.size > 0 ? (
        <div className="mb-2 flex flex-wrap items-center gap-3 rounded-8 bg-accent-soft px-4 py-2">
          <span className="tabular text-dns-16B-130" aria-live="polite">
            {t('table.selected', { n: formatNumber(chosen.size) })}
          </span>
          {selectionActions}
        </div>
      ) : null}
      {onOpen ? (
        <p id={keyHint} className="sr-only">
          {t('table.keys')}
        </p>
      ) : null}
      <table
        aria-describedby={onOpen ? keyHint : undefined}
        className={cx('text-dns-16N-130 block w-full border-collapse in-rows:table', fixed && 'xl:table-fixed xl:[&_td_.fc-edge]:whitespace-normal')}
      >
        <caption className={captionHidden ? 'sr-only' : 'text-dns-17B-130 block pb-2 text-start in-rows:table-caption'}>{caption}</caption>
        <thead className="sr-only in-rows:not-sr-only in-rows:table-header-group">
          <tr>
            {onSelect ? (
              <th scope="col" className="sticky top-(--header-height,0px) z-10 w-12 border-b-2 border-edge bg-shade">
                <RowCheck label={t('table.selectAll')} checked={all} some={some} onChange={() => onSelect(new Set(all ? [] : shown.map(rowId)))} />
              </th>
            ) : null}
            {columns.map((column) => {
              const direction = sorting?.column === column.id ? (sorting.descending ? 'descending' : 'ascending') : undefined;
              return (
                <th
                  key={column.id}
                  scope="col"
                  aria-sort={column.sortBy ? (direction ?? 'none') : undefined}
                  className={cx(
                    'text-dns-14B-130 sticky top-(--header-height,0px) z-10 border-b-2 border-edge bg-shade whitespace-nowrap',
                    column.numeric ? 'text-end' : 'text-start',
                    column.share,
                    column.width === 'narrow' && 'w-1',
                    column.width === 'wide' && 'w-2/5',
                    !column.sortBy && cx('py-2', gap),
                  )}
                >
                  {column.sortBy ? (
                    <button
                      type="button"
                      onClick={() => onHead(column)}
                      title={t('table.sortBy', { column: column.label })}
                      className={cx(
                        'inline-flex min-h-11 w-full items-center gap-1 py-2 outline-offset-[-4px] hover:bg-solid-gray-100 hover:underline',
                        column.numeric && 'justify-end',
                        gap,
                      )}
                    >
                      {column.label}
                      <Icon
                        name={direction === 'ascending' ? 'up' : direction === 'descending' ? 'down' : 'sort'}
                        size={16}
                        className={direction ? 'text-accent' : 'text-sub'}
                      />
                    </button>
                  ) : (
                    column.label
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody ref={body} className="block in-rows:table-row-group">
          {shown.map((row, index) => {
            const id = rowId(row);
            const isChosen = chosen.has(id);
            return (
              <tr
                key={id}
                tabIndex={onOpen || onSelect ? (current === id || (current === null && index === 0) ? 0 : -1) : undefined}
                data-current={current === id || undefined}
                onFocus={() => setCurrent(id)}
                onKeyDown={(event) => onRowKey(event, row)}
                onClick={(event) => {
                  const target = event.target as HTMLElement;
                  if (onOpen && !target.closest('a,button,input,label') && !getSelection()?.toString()) onOpen(row);
                }}
                className={cx(
                  'relative mb-2 block rounded-8 border border-line px-3 py-2 outline-offset-[-4px] in-rows:mb-0 in-rows:table-row in-rows:rounded-none in-rows:border-0 in-rows:border-b in-rows:p-0',
                  onOpen && 'cursor-pointer',
                  isChosen ? 'bg-accent-soft' : 'bg-white hover:bg-solid-gray-50',
                )}
              >
                {onSelect ? (
                  <td className="float-end -mt-1 -me-1 in-rows:float-none in-rows:table-cell">
                    <RowCheck label={t('table.select', { row: rowName(row) })} checked={isChosen} onChange={() => toggle(row)} />
                  </td>
                ) : null}
                {columns.map((column) => {
                  const Cell = column.main ? 'th' : 'td';
                  return (
                    <Cell
                      key={column.id}
                      scope={column.main ? 'row' : undefined}
                      className={cx(
                        'py-1 text-start align-middle font-400 in-rows:table-cell in-rows:py-2.5',
                        close ? 'in-rows:px-2' : 'in-rows:px-3',
                        column.main ? 'block font-700 in-rows:font-400' : 'flex items-baseline gap-3',
                        column.numeric && 'tabular in-rows:text-end',
                        column.nowrap
                          ? 'in-rows:whitespace-nowrap'
                          : column.numeric
                            ? null
                            : column.width === 'narrow'
                              ? 'in-rows:min-w-20'
                              : 'in-rows:min-w-28',
                      )}
                    >
                      {column.main ? null : (
                        <span aria-hidden="true" className="text-dns-14N-130 w-24 shrink-0 text-sub in-rows:hidden">
                          {column.label}
                        </span>
                      )}
                      {column.main ? column.cell(row) : <span className="min-w-0">{column.cell(row)}</span>}
                    </Cell>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function RowCheck({ label, checked, some = false, onChange }: { label: string; checked: boolean; some?: boolean; onChange: () => void }) {
  return (
    <label className="grid size-11 cursor-pointer place-content-center">
      <span className="sr-only">{label}</span>
      <input
        type="checkbox"
        checked={checked}
        ref={(element) => {
          if (element) element.indeterminate = some;
        }}
        onChange={onChange}
        className="size-5 accent-accent"
      />
    </label>
  );
}
