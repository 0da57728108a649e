import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen } from '@testing-library/react';
import type { ReactElement } from 'react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '../../api/problem';
import { asksForReason, lawQuery, matterQuery } from '../../api/queries';
import { sessionQuery } from '../../api/session';
import { setLanguage } from '../../i18n';
import { useActWords } from './MatterTimeline';
import { ReasonForm } from './ReasonForm';

const go = vi.fn();
vi.mock('@tanstack/react-router', () => ({ useNavigate: () => go }));
const post = vi.hoisted(() => vi.fn());
vi.mock('../../api/api', () => ({ api: { POST: post, GET: vi.fn() } }));

const missing = new Problem(422, [{ code: 'MISSING_FIELD', where: '/reason', ja: '必要な項目「理由」がありません。', en: 'Reason is missing.' }]);
const tooLong = new Problem(422, [{ code: 'TOO_LONG', where: '/reason', ja: '理由が長すぎます。', en: 'Too long a reason.' }]);

function inside(element: ReactElement, side: 'AGENCY' | 'PROVIDER' = 'AGENCY') {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(sessionQuery.queryKey, { side } as never);
  client.setQueryData(lawQuery.queryKey, {
    categories: [],
    reasons: [
      {
        code: 'WRONG_ADDRESSEE',
        use: 'RETURN',
        name_ja: '宛先違い',
        name_en: 'Wrong addressee',
        sentence_ja: '宛先を改めてください。',
        sentence_en: 'Change it.',
      },
    ],
  } as never);
  return render(<QueryClientProvider client={client}>{element}</QueryClientProvider>);
}

function Words(act: Parameters<ReturnType<typeof useActWords>>[0]) {
  return <p>{useActWords()(act).join('|')}</p>;
}

beforeEach(() => {
  setLanguage('ja');
  post.mockReset();
});

describe('the view of a matter', () => {
  const view = async (reason?: string) => {
    post.mockResolvedValue({ data: {} });
    const query = matterQuery('m', reason);
    await query.queryFn?.({ signal: new AbortController().signal, queryKey: query.queryKey } as never);
    return { key: query.queryKey, body: post.mock.calls[0]?.[1].body };
  };

  it('sends no reason where none was given, and the one that was', async () => {
    expect(await view()).toEqual({ key: ['matter', 'm'], body: {} });
    post.mockReset();
    expect(await view('引継ぎの確認')).toMatchObject({ body: { reason: '引継ぎの確認' } });
  });

  it('is read again with its reason after every act about the matter', () => {
    expect(matterQuery('m', 'x').queryKey.slice(0, 2)).toEqual(matterQuery('m').queryKey);
  });

  it('asks for a reason only where the server does', () => {
    expect(asksForReason(missing)).toBe(true);
    expect(asksForReason(tooLong)).toBe(true);
    expect(asksForReason(new Problem(404, [{ code: 'NOT_FOUND', where: '', ja: '', en: '' }]))).toBe(false);
    expect(asksForReason(new Problem(422, [{ code: 'MISSING_FIELD', where: '/matter', ja: '', en: '' }]))).toBe(false);
    expect(asksForReason(null)).toBe(false);
  });
});

describe('the form that asks for the reason', () => {
  const field = () => screen.getByRole('textbox', { name: /閲覧の理由/ }) as HTMLInputElement;
  const submit = () => fireEvent.click(screen.getByRole('button', { name: '理由を記録して表示する' }));

  it('is calm at first, insists on words, and hands them over without the blanks around them', () => {
    const onGive = vi.fn();
    inside(<ReasonForm given="" problem={missing} busy={false} onGive={onGive} />);
    expect(screen.queryByRole('alert')).toBeNull();
    submit();
    expect(onGive).not.toHaveBeenCalled();
    expect(screen.getByText(/閲覧の理由を入力してください/)).toBeTruthy();
    fireEvent.change(field(), { target: { value: ' 前任者からの引継ぎ ' } });
    submit();
    expect(onGive).toHaveBeenCalledExactlyOnceWith('前任者からの引継ぎ');
  });

  it('offers what is frequent on either side, to be completed in the field', () => {
    const { unmount } = inside(<ReasonForm given="" problem={missing} busy={false} onGive={() => {}} />);
    fireEvent.click(screen.getByRole('button', { name: '監察の抽出' }));
    expect(field().value).toBe('監察の抽出');
    expect(screen.getByRole('button', { name: '上司の指示' })).toBeTruthy();
    unmount();
    inside(<ReasonForm given="" problem={missing} busy={false} onGive={() => {}} />, 'PROVIDER');
    expect(screen.getByRole('button', { name: '監査' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: '上司の指示' })).toBeNull();
  });

  it('says what is wrong with a reason that was refused, and keeps it', () => {
    inside(<ReasonForm given="長い理由" problem={tooLong} busy={false} onGive={() => {}} />);
    expect(field().value).toBe('長い理由');
    expect(screen.getByText('理由が長すぎます。')).toBeTruthy();
  });

  it('sends nothing twice', () => {
    const onGive = vi.fn();
    inside(<ReasonForm given="引継ぎの確認" problem={null} busy onGive={onGive} />);
    submit();
    expect(onGive).not.toHaveBeenCalled();
  });
});

describe('what an act says', () => {
  it("is the outcome in words, the sentence of the law's reason, then the person's own words", () => {
    inside(<Words outcome="ARREST" note="ご協力に感謝します。" />);
    expect(screen.getByText('検挙につながった|ご協力に感謝します。')).toBeTruthy();
    inside(<Words reason="WRONG_ADDRESSEE" note="窓口は別です。" />);
    expect(screen.getByText('宛先を改めてください。|窓口は別です。')).toBeTruthy();
  });

  it('is nothing where the act says nothing', () => {
    const { container } = inside(<Words note="" />);
    expect(container.textContent).toBe('');
  });
});
