import { describe, expect, it } from 'vitest';
import { delegationTimes } from './delegation';

const now = new Date('2026-11-21T15:30:20.5Z'); // the 22nd in Japan, half past midnight

describe('the times of a delegation', () => {
  it('begins now when it begins today, since the node takes none that has begun already', () => {
    expect(delegationTimes('2026-11-22', '2026-11-22', now)).toEqual({ from: '2026-11-22T00:30:20+09:00', until: '2026-11-23T00:00:00+09:00' });
  });

  it('begins with the day that is still to come, and ends with its last one', () => {
    expect(delegationTimes('2026-11-30', '2026-12-31', now)).toEqual({ from: '2026-11-30T00:00:00+09:00', until: '2027-01-01T00:00:00+09:00' });
  });
});
