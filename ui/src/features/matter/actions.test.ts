import { describe, expect, it } from 'vitest';
import { nextAfterReading } from './actions';

type View = Parameters<typeof nextAfterReading>[0];
const view = (releases: object[], ...kinds: string[]) => ({ releases, timeline: kinds.map((kind) => ({ kind })) }) as View;
const answer = (part: object) => ({ is_overridden: false, is_purged: false, is_open: false, ...part });

describe('the next step at an answer', () => {
  it('stays opening while one is sealed', () => {
    expect(nextAfterReading(view([]))).toBeNull();
    expect(nextAfterReading(view([answer({ is_open: true }), answer({})]))).toBeNull();
  });

  it('is to tell what it led to once all lie open, and then to close', () => {
    const open = [answer({ is_overridden: true }), answer({ is_open: true })];
    expect(nextAfterReading(view(open, 'answer.opened'))).toBe('feedback');
    expect(nextAfterReading(view(open, 'answer.opened', 'inquiry.feedback'))).toBe('close');
  });
});
