import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { asProblem } from '../../api/problem';
import { uploadFile } from './upload';

// What the browser does with one upload, moved by hand.
class Sending {
  static last: Sending;
  upload: { onprogress: (event: { loaded: number }) => void } = { onprogress: () => undefined };
  onload = () => undefined;
  onerror = () => undefined;
  onabort = () => undefined;
  status = 0;
  response: unknown = null;
  responseType = '';
  headers: Record<string, string> = {};
  target = '';
  sent: unknown = null;
  constructor() {
    Sending.last = this;
  }
  open(_method: string, target: string) {
    this.target = target;
  }
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value;
  }
  send(body: unknown) {
    this.sent = body;
  }
  abort() {
    this.onabort();
  }
  answer(status: number, response: unknown) {
    this.status = status;
    this.response = response;
    this.onload();
  }
}

describe('sending one file', () => {
  const file = new File(['a,b\r\n'], '一覧.csv', { type: '' });
  const looks = vi.fn((_target: string) => Promise.resolve(new Response('{}')));
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
    vi.stubGlobal('XMLHttpRequest', Sending);
    vi.stubGlobal('fetch', looks);
    looks.mockClear();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('tells how far it has come, and gives what the server kept', async () => {
    const told: number[] = [];
    const { done } = uploadFile('0'.repeat(32), file, 'token', (bytes) => told.push(bytes));
    expect(Sending.last.target).toBe(`/api/matters/${'0'.repeat(32)}/files?name=${encodeURIComponent('一覧.csv')}`);
    expect(Sending.last.headers).toMatchObject({ 'Content-Type': 'text/csv', 'X-CSRF-Token': 'token' });
    expect(Sending.last.sent).toBe(file);
    Sending.last.upload.onprogress({ loaded: 3 });
    Sending.last.upload.onprogress({ loaded: 5 });
    Sending.last.answer(201, { name: '一覧.csv' });
    expect(await done).toEqual({ name: '一覧.csv' });
    expect(told).toEqual([3, 5]);
  });

  it('looks in now and then, so that the session does not rest while gigabytes go', () => {
    uploadFile('0'.repeat(32), file, 'token', () => undefined);
    for (let minute = 0; minute <= 31; minute += 1) {
      vi.setSystemTime(minute * 60_000);
      Sending.last.upload.onprogress({ loaded: minute });
    }
    expect(looks.mock.calls.map(([target]) => target)).toEqual(Array(6).fill('/api/session'));
  });

  it('is stopped, and tells a refusal as a problem', async () => {
    const stopped = uploadFile('0'.repeat(32), file, 'token', () => undefined);
    stopped.cancel();
    await expect(stopped.done).rejects.toBeInstanceOf(DOMException);
    const refused = uploadFile('0'.repeat(32), file, 'token', () => undefined);
    Sending.last.answer(507, { status: 507, code: 'DISK_FULL', where: '', args: {}, ja: '空きが足りません', en: 'no space', request: '' });
    const problem = await refused.done.then(
      () => null,
      (error) => asProblem(error),
    );
    expect(problem?.is('DISK_FULL')).toBe(true);
  });
});
