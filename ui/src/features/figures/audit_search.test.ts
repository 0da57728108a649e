import { describe, expect, it } from 'vitest';
import { hashDigits } from './audit_search';

const hash = 'a3'.repeat(32);

describe('what an auditor looks for', () => {
  it('is an act by its hash, its first digits, the code of a paper or the text of its symbol', () => {
    expect(hashDigits(hash)).toBe(hash);
    expect(hashDigits(` ${hash.toUpperCase()} `)).toBe(hash);
    expect(hashDigits('A3A3-A3A3-A3A3-A3A3')).toBe('a3'.repeat(8));
    expect(hashDigits('Ａ３Ａ３－Ａ３Ａ３－Ａ３Ａ３－Ａ３Ａ３')).toBe('a3'.repeat(8));
    expect(hashDigits(`warifu:act:${hash}`)).toBe(hash);
  });

  it('is a matter by words in every other case', () => {
    for (const words of ['', '00123', '令和8年架空刑二第100号', 'a3'.repeat(7), `${hash}0`, 'shinjin@example.jp', '090-0000-0000'])
      expect(hashDigits(words)).toBeNull();
  });
});
