import { fireEvent, render, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { matcher, ShortcutProvider, useShortcuts } from './useShortcuts';

function Page({ onNew, onDesk }: { onNew: () => void; onDesk: () => void }) {
  useShortcuts([
    { keys: 'n', label: 'new', scope: 'all', run: onNew },
    { keys: 'g d', label: 'desk', scope: 'all', run: onDesk },
  ]);
  return <input aria-label="text" />;
}

describe('shortcuts', () => {
  it('run by key and by two strokes, but not while somebody types', () => {
    const onNew = vi.fn();
    const onDesk = vi.fn();
    render(
      <ShortcutProvider>
        <Page onNew={onNew} onDesk={onDesk} />
      </ShortcutProvider>,
    );
    fireEvent.keyDown(document.body, { key: 'n' });
    expect(onNew).toHaveBeenCalledTimes(1);
    fireEvent.keyDown(document.body, { key: 'g' });
    fireEvent.keyDown(document.body, { key: 'd' });
    expect(onDesk).toHaveBeenCalledTimes(1);
    fireEvent.keyDown(screen.getByLabelText('text'), { key: 'n' });
    fireEvent.keyDown(document.body, { key: 'n', ctrlKey: true });
    expect(onNew).toHaveBeenCalledTimes(1);
  });

  it('stop with the component', () => {
    const onNew = vi.fn();
    const view = render(
      <ShortcutProvider>
        <Page onNew={onNew} onDesk={() => {}} />
      </ShortcutProvider>,
    );
    view.rerender(<ShortcutProvider>{null}</ShortcutProvider>);
    fireEvent.keyDown(document.body, { key: 'n' });
    expect(onNew).not.toHaveBeenCalled();
  });

  it('forget a first stroke after a while', () => {
    const match = matcher();
    const list = [{ keys: 'g d', label: '', scope: 'all' as const }];
    expect(match('g', 0, list)).toBeNull();
    expect(match('d', 5000, list)).toBeNull();
    match('g', 6000, list);
    expect(match('d', 6100, list)?.keys).toBe('g d');
  });
});
