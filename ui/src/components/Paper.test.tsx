import { fireEvent, render, screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { countChanges, Paper, type PaperForm, pairItems } from './Paper';

const item = { id: '1', type: '電話番号', value: '090-0000-0001', period: '―', wanted: '契約者の氏名', purpose: '特定のため' };
const form: PaperForm = {
  number: null,
  serial: null,
  date: null,
  addressee: '見本通信株式会社',
  office: '架空県警察本部',
  post: '課長',
  head: '見本 太郎',
  signed: false,
  items: [item],
  offence: null,
  due: new Date('2026-12-10T14:59:00Z'),
  answerHow: 'この交換網',
  officer: { section: '課', post: '係長', name: '例示 花子', telephone: '000-0000' },
  confidential: false,
};

describe('the paper', () => {
  it('shows the fixed sentence, the era and what is not there yet, in Japanese', () => {
    const { container } = render(<Paper form={form} />);
    expect(container.querySelector('article')?.lang).toBe('ja');
    expect(container.textContent).toContain('刑事訴訟法第197条第2項により照会します。');
    expect(container.textContent).toContain('(発番前)');
    expect(container.textContent).toContain('令和8年12月10日');
    expect(container.querySelector('ins,del')).toBeNull();
  });

  it('marks exactly what changed', () => {
    const now: PaperForm = {
      ...form,
      addressee: '例示通信',
      items: [
        { ...item, period: '2026年10月' },
        { ...item, id: '2' },
      ],
    };
    const { container } = render(<Paper form={now} before={form} />);
    expect([...container.querySelectorAll('del')].map((node) => node.textContent)).toEqual(['変更前: 見本通信株式会社 御中', '変更前: ―']);
    expect(countChanges(now, form)).toBe(3);
    expect(countChanges(form, form)).toBe(0);
  });

  it('strikes through the kind of a selector that changed, with its value', () => {
    const { container } = render(<Paper form={{ ...form, items: [{ ...item, type: 'メールアドレス', value: 'rei@example.com' }] }} before={form} />);
    const kind = container.querySelector('.paper-type');
    expect(kind?.querySelector('del')?.textContent).toBe('変更前: 電話番号');
    expect(kind?.querySelector('ins')?.textContent).toBe('変更後: メールアドレス');
    const removed = render(<Paper form={{ ...form, items: [] }} before={form} />).container.querySelector('.paper-type');
    expect(removed?.querySelector('del')?.textContent).toBe('電話番号');
  });

  it('keeps a removed item in its old place', () => {
    const second = { ...item, id: '2' };
    expect(pairItems([second], [item, second]).map((pair) => pair.change)).toEqual(['removed', null]);
  });
});

it('shows very many items in a stretch where one only reads, and all of them where one signs', () => {
  const items = Array.from({ length: 120 }, (_, at) => ({ ...item, id: String(at + 1) }));
  const rows = () => screen.getByRole('article').querySelectorAll('tbody tr').length;
  const { unmount } = render(<Paper form={{ ...form, items }} stretch={100} />);
  expect(rows()).toBe(100);
  fireEvent.click(screen.getByRole('button'));
  expect(rows()).toBe(120);
  unmount();
  render(<Paper form={{ ...form, items }} />);
  expect(rows()).toBe(120);
});
