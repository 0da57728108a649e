import { describe, expect, it } from 'vitest';
import type { HandTables } from './answer_draft';
import { forgetHand, recallHand, rememberHand } from './hand_memory';

const tables: HandTables = { 1: [{ key: 'k', lookup: null, columns: ['氏名'], rows: [['例示 花子']] }] };

describe('what was typed by hand', () => {
  it('is there again for the same person and answer', () => {
    rememberHand('a.m.1', tables);
    expect(recallHand('a.m.1')).toBe(tables);
    expect(recallHand('a.m.1')).toBe(tables);
  });

  it('is gone when anybody opens another answer, and when it was handed in', () => {
    rememberHand('a.m.1', tables);
    expect(recallHand('b.m.1')).toBeNull();
    expect(recallHand('a.m.1')).toBeNull();
    rememberHand('a.m.1', tables);
    forgetHand();
    expect(recallHand('a.m.1')).toBeNull();
  });
});
