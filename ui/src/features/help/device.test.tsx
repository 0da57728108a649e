import { render } from '@testing-library/react';
import { beforeEach, expect, it } from 'vitest';
import { setLanguage } from '../../i18n';
import { DeviceMark, DeviceState } from './HelpPage';

const device = { until: '2027-11-30T00:00:00Z', is_valid: true, is_pending: false, is_revoked: false, waits_in: [] as string[] };

function said(change: Partial<typeof device>, roles: string[]) {
  const one = { ...device, ...change } as never;
  const { container, unmount } = render(
    <>
      <DeviceMark device={one} roles={roles as never} />|<DeviceState device={one} roles={roles as never} />
    </>,
  );
  const text = container.textContent;
  unmount();
  return text;
}

beforeEach(() => setLanguage('en'));

it('calls no key valid that a second person has admitted in no role', () => {
  const roles = ['investigator', 'auditor'];
  expect(said({ waits_in: roles }, roles)).toMatch(/^Waiting for admission\|Good for logging in/);
  expect(said({ waits_in: ['auditor'] }, roles)).toMatch(/^Valid\|Until .* Waiting for admission as: Auditor$/);
  expect(said({}, roles)).toMatch(/^Valid\|Until [^:]*$/);
  expect(said({ is_pending: true, is_valid: false, waits_in: roles }, roles)).toBe(
    'Waiting for admission|Not usable until a second person admits it.',
  );
  expect(said({ is_revoked: true, is_valid: false }, roles)).toMatch(/^Revoked\|Until/);
});
