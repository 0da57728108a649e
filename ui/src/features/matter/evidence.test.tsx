import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { Problem } from '../../api/problem';
import { ToastProvider } from '../../components/Toast';
import { setLanguage } from '../../i18n';
import { EvidenceDialog } from './EvidenceDialog';

const post = vi.hoisted(() => vi.fn());
const get = vi.hoisted(() => vi.fn());
const saved = vi.hoisted(() => vi.fn());
vi.mock('../../api/api', () => ({ api: { POST: post, GET: get } }));
vi.mock('./answer_csv', () => ({ saveFile: saved }));

beforeEach(() => {
  setLanguage('en');
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  post.mockReset().mockResolvedValue({ data: {} });
  get.mockReset();
  saved.mockReset();
});

async function takeOut() {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ToastProvider>
        <EvidenceDialog matter="m" number="架空第1号" onClose={() => {}} />
      </ToastProvider>
    </QueryClientProvider>,
  );
  fireEvent.change(screen.getByRole('textbox'), { target: { value: 'For the trial' } });
  fireEvent.click(screen.getByRole('button', { name: 'Take out the evidence' }));
}

const answer = (unproven: string) => ({ data: new Blob(['PK']), response: new Response(null, { headers: { 'Warifu-Unproven': unproven } }) });

it('says what the log does not prove yet of the bundle that was taken', async () => {
  get.mockResolvedValue(answer('2'));
  await takeOut();
  expect(await screen.findByText(/does not prove 2 of its messages yet/)).toBeTruthy();
  expect(post.mock.calls[0]?.[1].body).toEqual({ reason: 'For the trial', reveal: ['evidence'] });
  expect(saved).toHaveBeenCalledOnce();
});

it('says no more than that it was taken when all of it is proven', async () => {
  get.mockResolvedValue(answer('0'));
  await takeOut();
  expect(await screen.findByText('Evidence taken out.')).toBeTruthy();
});

it('shows why nothing is given out while its key waits for those who cosign', async () => {
  get.mockRejectedValue(
    new Problem(503, [{ code: 'CHECKPOINT_OLD', where: 'checkpoint', ja: 'お待ちください。', en: 'Wait until the connection is back.' }]),
  );
  await takeOut();
  expect(await screen.findByText('Wait until the connection is back.')).toBeTruthy();
  expect(saved).not.toHaveBeenCalled();
});
