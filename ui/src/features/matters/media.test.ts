import { describe, expect, it } from 'vitest';
import { mediaNames } from './media';

describe('the types of files', () => {
  it('are called by the ending people know, each once', () => {
    expect(mediaNames(['application/pdf', 'text/csv', 'image/jpeg'])).toEqual(['PDF', 'CSV', 'JPG']);
    expect(mediaNames(['application/x-other'])).toEqual(['application/x-other']);
  });

  it('are all of them where a profile names none', () => {
    const all = mediaNames([]);
    expect(all).toContain('XLSX');
    expect(new Set(all).size).toBe(all.length);
  });
});
