import { fireEvent, render, screen, within } from '@testing-library/react';
import { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { ShortcutProvider } from '../hooks/useShortcuts';
import { i18n } from '../i18n';
import { type Column, DataTable } from './DataTable';

interface Row {
  id: string;
  items: number;
}
const rows: Row[] = [
  { id: 'b', items: 10 },
  { id: 'a', items: 9 },
  { id: 'c', items: 100 },
];
const columns: Column<Row>[] = [
  { id: 'id', label: 'Number', cell: (row) => row.id, main: true },
  { id: 'items', label: 'Items', cell: (row) => row.items, sortBy: (row) => row.items, numeric: true },
];

function Table({ onOpen }: { onOpen: (row: Row) => void }) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  return (
    <ShortcutProvider>
      <DataTable
        caption="Inquiries"
        columns={columns}
        rows={rows}
        rowId={(row) => row.id}
        rowName={(row) => row.id}
        onOpen={onOpen}
        selected={selected}
        onSelect={setSelected}
      />
    </ShortcutProvider>
  );
}

const order = () => screen.getAllByRole('rowheader').map((cell) => cell.textContent);

describe('data table', () => {
  it('sorts numbers as numbers and says the direction', () => {
    render(<Table onOpen={() => {}} />);
    fireEvent.click(screen.getByRole('button', { name: 'Items' }));
    expect(order()).toEqual(['a', 'b', 'c']);
    expect(screen.getByRole('columnheader', { name: 'Items' }).getAttribute('aria-sort')).toBe('ascending');
    fireEvent.click(screen.getByRole('button', { name: 'Items' }));
    expect(order()).toEqual(['c', 'b', 'a']);
  });

  it('moves with j and k, opens with Enter, selects with x', () => {
    const open = vi.fn();
    render(<Table onOpen={open} />);
    fireEvent.keyDown(document.body, { key: 'j' });
    fireEvent.keyDown(document.activeElement ?? document.body, { key: 'j' });
    const row = document.activeElement as HTMLElement;
    expect(within(row).getByRole('rowheader').textContent).toBe('a');
    fireEvent.keyDown(row, { key: 'Enter' });
    expect(open).toHaveBeenCalledWith(rows[1]);
    fireEvent.keyDown(row, { key: 'x' });
    expect(screen.getByText(i18n.t('table.selected', { n: '1' }))).toBeTruthy();
    fireEvent.keyDown(row, { key: 'k' });
    expect(within(document.activeElement as HTMLElement).getByRole('rowheader').textContent).toBe('b');
  });
});
