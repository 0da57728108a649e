import { fireEvent, render, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { i18n } from '../i18n';
import { useFind } from './find';

const names = ['架空 花子 かくう はなこ kachou', ...Array.from({ length: 20 }, (_, at) => `架空 太郎${at} user${at}`)];

function List({ rows }: { rows: string[] }) {
  const found = useFind(rows, (row) => row);
  return (
    <>
      {found.field}
      <ul>
        {found.rows.map((row) => (
          <li key={row}>{row}</li>
        ))}
      </ul>
      {found.rows.length === 0 ? found.nothing : null}
    </>
  );
}

const shown = () => screen.queryAllByRole('listitem').map((row) => row.textContent);

describe('a long list', () => {
  it('is found through, whatever the width, the case and the kana', () => {
    render(<List rows={names} />);
    const field = screen.getByRole('searchbox', { name: i18n.t('find.label') });
    fireEvent.change(field, { target: { value: 'ハナコ KACHOU' } });
    expect(shown()).toEqual([names[0]]);
    fireEvent.change(field, { target: { value: '架空' } });
    expect(shown()).toHaveLength(names.length);
    fireEvent.change(field, { target: { value: 'nobody' } });
    expect(shown()).toEqual([]);
    expect(screen.getByText(i18n.t('find.none'))).toBeTruthy();
  });

  it('has no field while it is short', () => {
    render(<List rows={names.slice(0, 20)} />);
    expect(screen.queryByRole('searchbox')).toBeNull();
    expect(shown()).toHaveLength(20);
  });
});
