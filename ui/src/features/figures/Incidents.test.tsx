import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { ToastProvider } from '../../components';
import { setLanguage } from '../../i18n';
import { Incidents } from './Incidents';

const get = vi.hoisted(() => vi.fn());
vi.mock('../../api/api', () => ({ api: { GET: get } }));

const incident = (id: number, examined?: string) => ({
  id,
  code: 'PROMISE_BROKEN',
  about: `message ${id}`,
  ja: '',
  en: `Sentence ${id}.`,
  evidence: 'e',
  at: '2026-11-30T00:00:00Z',
  ...(examined ? { examined } : {}),
});

beforeEach(() => {
  setLanguage('en');
  get.mockReset();
});

function show(mayExamine = false) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ToastProvider>
        <Incidents mayExamine={mayExamine} />
      </ToastProvider>
    </QueryClientProvider>,
  );
}

it('tells that there are older incidents, and shows each of them once', async () => {
  // The open one is told with the newest, and again in its place.
  get.mockResolvedValueOnce({ data: { incidents: [incident(9, '2026-11-30T01:00:00Z'), incident(2)], next: '9' } });
  get.mockResolvedValueOnce({ data: { incidents: [incident(5, '2026-11-30T01:00:00Z'), incident(2)], next: '' } });
  show();
  fireEvent.click(await screen.findByRole('button', { name: 'Show older ones that have been examined' }));
  await screen.findByText('Sentence 5.');
  expect(get.mock.calls[1]?.[1].params.query).toEqual({ cursor: '9' });
  expect(screen.getAllByText(/^Sentence/).map((one) => one.textContent)).toEqual(['Sentence 2.', 'Sentence 9.', 'Sentence 5.']);
  expect(screen.queryByRole('button', { name: /older/ })).toBeNull();
});

it('says nothing of older ones where there are none', async () => {
  get.mockResolvedValueOnce({ data: { incidents: [incident(1)], next: '' } });
  show();
  await screen.findByText('Sentence 1.');
  expect(screen.queryByRole('button', { name: /older/ })).toBeNull();
});

it('shows hundreds in stretches, and the form of one when it is asked for', async () => {
  get.mockResolvedValueOnce({ data: { incidents: Array.from({ length: 300 }, (_, at) => incident(300 - at)), next: '' } });
  show(true);
  await screen.findByText('Sentence 300.');
  expect(screen.getByRole('heading').textContent).toBe('Incidents of the exchange (300 open)');
  expect(screen.getAllByText(/^Sentence/).length).toBe(10);
  fireEvent.click(screen.getByRole('button', { name: 'Show more' }));
  expect(screen.getAllByText(/^Sentence/).length).toBe(20);
  expect(screen.queryByRole('textbox')).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: 'Write down what you found out message 299' }));
  expect(screen.getAllByRole('textbox').length).toBe(1);
});
