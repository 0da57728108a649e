import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Schema } from '../../api/api';
import type { Side } from '../../api/session';
import { setLanguage } from '../../i18n';
import { RowState } from './marks';

const said = (row: object, side: Side = 'AGENCY') => {
  const { container, unmount } = render(<RowState row={row as Schema<'RowView'>} side={side} />);
  const words = [...container.querySelectorAll('span > span')].map((one) => one.textContent);
  unmount();
  return words;
};

it('tells a draft that was handed to the supervisor from one that is being written', () => {
  setLanguage('ja');
  expect(said({ state: 'DRAFT', turn: 'DRAFT' })).toEqual(['起案中']);
  expect(said({ state: 'DRAFT', turn: 'CHECK' })).toEqual(['点検待ち']);
  setLanguage('en');
  expect(said({ state: 'DRAFT', turn: 'CHECK', is_overdue: true })).toEqual(['To be checked', 'Overdue']);
  expect(screen.queryByText('Draft')).toBeNull();
});

it('shows beside the state of what was sent that its amendment waits for the check', () => {
  setLanguage('en');
  expect(said({ state: 'RETURNED', turn: 'CHECK' })).toEqual(['Returned', 'To be checked']);
  expect(said({ state: 'RETURNED', provider_state: 'RETURNED', turn: 'CHECK' }, 'PROVIDER')).toEqual(['Returned']);
});
