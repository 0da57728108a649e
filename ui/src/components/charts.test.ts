import { describe, expect, it } from 'vitest';
import { axisSteps, runs } from './charts';

describe('axis', () => {
  it('takes round steps that cover the largest value', () => {
    expect(axisSteps(42)).toEqual([0, 10, 20, 30, 40, 50]);
    expect(axisSteps(50)).toEqual([0, 10, 20, 30, 40, 50]);
    expect(axisSteps(0.9)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(axisSteps(0)).toEqual([0, 1]);
  });
});

describe('line', () => {
  it('breaks where nothing was measured, as that is not zero', () => {
    const points = [null, 2, 0, null, 5].map((value, index) => ({ label: String(index), value }));
    expect(runs(points).map((run) => run.map((one) => one.value))).toEqual([[2, 0], [5]]);
    expect(runs([{ label: 'a', value: null }])).toEqual([]);
  });
});
