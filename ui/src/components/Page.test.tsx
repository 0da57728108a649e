import { render, screen } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import '../i18n';
import { countNavigation, Page } from './Page';

const page = (title: string) => <Page title={title}>text</Page>;

describe('the heading of a page', () => {
  beforeEach(() => {
    document.body.replaceChildren();
    countNavigation();
    countNavigation();
  });

  it('takes the focus after a navigation', () => {
    render(page('Inbox'));
    expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Inbox' }));
  });

  it.each(['input', 'textarea', 'select'])('leaves it to somebody who is in a field (%s)', (tag) => {
    const field = document.body.appendChild(document.createElement(tag));
    field.focus();
    render(page('Inbox'));
    expect(document.activeElement).toBe(field);
  });

  it('takes it from a button, whose work is done', () => {
    const button = document.body.appendChild(document.createElement('button'));
    button.focus();
    render(page('Inbox'));
    expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Inbox' }));
  });
});
