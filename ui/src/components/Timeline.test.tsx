import { fireEvent, render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { i18n } from '../i18n';
import { Timeline } from './Timeline';

const acts = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: `a${at}`, what: `Act ${at}`, person: 'P', role: 'Investigator', at: new Date(at * 1000) }));
const shown = () => screen.getAllByRole('listitem').length;

it('shows the newest acts of a long history, says how many came before, and shows them on demand', () => {
  render(<Timeline acts={acts(75)} />);
  expect(shown()).toBe(30);
  expect(screen.getByText('Act 74')).toBeTruthy();
  expect(screen.queryByText('Act 44')).toBeNull();
  expect(screen.getByText(i18n.t('timeline.earlier', { n: '45', count: 45 }))).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: i18n.t('timeline.showEarlier') }));
  expect(shown()).toBe(75);
  expect(screen.queryByRole('button')).toBeNull();
});
