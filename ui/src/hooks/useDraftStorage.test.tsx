import { act, renderHook } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import { draftKey, useDraftStorage } from './useDraftStorage';

interface Form {
  necessity: string;
}
const empty: Form = { necessity: '' };
const check = (value: unknown): value is Form => typeof (value as Form | null)?.necessity === 'string';
const use = (person: string) => renderHook(() => useDraftStorage(person, 'inquiry-new', empty, check));

beforeEach(() => localStorage.clear());

describe('draft storage', () => {
  it('gives back what was typed after the page is gone, to the same person only', () => {
    const first = use('person-a');
    act(() => first.result.current.set({ necessity: '連絡先の契約者を特定するため' }));
    first.unmount();
    const again = use('person-a');
    expect(again.result.current.value.necessity).toBe('連絡先の契約者を特定するため');
    expect(again.result.current.restoredAt).toBeInstanceOf(Date);
    const other = use('person-b');
    expect(other.result.current.value).toEqual(empty);
    expect(other.result.current.restoredAt).toBeNull();
  });

  it('writes when the page is hidden, before the pause has passed', () => {
    const { result } = use('person-a');
    act(() => result.current.set((previous) => ({ necessity: `${previous.necessity}あ` })));
    act(() => {
      dispatchEvent(new Event('pagehide'));
    });
    expect(localStorage.getItem(draftKey('person-a', 'inquiry-new'))).toContain('あ');
  });

  it('forgets on clear but keeps the screen, and empties on discard', () => {
    const { result, unmount } = use('person-a');
    act(() => result.current.set({ necessity: 'x' }));
    act(() => result.current.clear());
    expect(result.current.value.necessity).toBe('x');
    unmount();
    expect(localStorage.getItem(draftKey('person-a', 'inquiry-new'))).toBeNull();
    const second = use('person-a');
    act(() => second.result.current.set({ necessity: 'y' }));
    act(() => second.result.current.discard());
    expect(second.result.current.value).toEqual(empty);
  });

  it('starts empty when the stored draft is of another shape', () => {
    localStorage.setItem(draftKey('person-a', 'inquiry-new'), JSON.stringify({ version: 1, at: '2026-11-21T05:00:00Z', value: { other: 1 } }));
    expect(use('person-a').result.current.value).toEqual(empty);
  });
});
