import { fireEvent, render, screen, waitFor } from '@testing-library/react';
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

describe('the focus', () => {
  it('goes to the title of the page when a dialog that a key opened has gone', async () => {
    const page = (open: boolean) => (
      <main>
        <h1 tabIndex={-1}>Approval</h1>
        {open ? (
          <Dialog open onClose={() => undefined} title="Sign">
            text
          </Dialog>
        ) : null}
      </main>
    );
    const { rerender } = render(page(false));
    (document.activeElement as HTMLElement | null)?.blur();
    rerender(page(true));
    await waitFor(() => expect(screen.getByRole('dialog').contains(document.activeElement)).toBe(true));
    rerender(page(false));
    await waitFor(() => expect(document.activeElement?.textContent).toBe('Approval'));
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
