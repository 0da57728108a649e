import { fireEvent, render, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { setLanguage } from '../i18n';
import { Dialog } from './overlays';
import { More } from './small';

describe('a dialog', () => {
  it('closes by its cross and by Escape', () => {
    setLanguage('en');
    const onClose = vi.fn();
    render(
      <Dialog open onClose={onClose} title="Assign">
        text
      </Dialog>,
    );
    fireEvent.click(screen.getByRole('button', { name: 'Close' }));
    fireEvent.keyDown(screen.getByRole('dialog'), { key: 'Escape' });
    expect(onClose).toHaveBeenCalledTimes(2);
  });

  it('stays while work goes on in it', () => {
    const onClose = vi.fn();
    render(
      <Dialog open onClose={onClose} title="Assign" locked>
        text
      </Dialog>,
    );
    expect(screen.queryByRole('button', { name: 'Close' })).toBeNull();
    fireEvent.keyDown(screen.getByRole('dialog'), { key: 'Escape' });
    expect(onClose).not.toHaveBeenCalled();
  });
});

describe('more of a list', () => {
  it('says how many of how many are shown, and goes once all are', () => {
    setLanguage('ja');
    const onMore = vi.fn();
    const { rerender, container } = render(<More shown={100} total={250} onMore={onMore} inFrame />);
    expect(screen.getByText('250件中100件を表示')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'さらに表示する' }));
    expect(onMore).toHaveBeenCalledOnce();
    rerender(<More shown={300} total={250} onMore={onMore} inFrame />);
    expect(container.textContent).toBe('');
  });
});
