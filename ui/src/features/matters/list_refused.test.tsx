import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import { beforeEach, expect, it } from 'vitest';
import { Problem } from '../../api/problem';
import { peopleQuery } from '../../api/queries';
import { sessionQuery } from '../../api/session';
import { setLanguage } from '../../i18n';
import { ListRefused } from './ListRefused';

const refusal = (code: string, status: number) => new Problem(status, [{ code, where: '', ja: '', en: 'The plain refusal.' }]);

function show(problem: Problem, role: string, unit?: string) {
  const client = new QueryClient();
  client.setQueryData(sessionQuery.queryKey, { person: 'me', role } as never);
  client.setQueryData(peopleQuery.queryKey, [{ id: 'me', ...(unit ? { unit } : {}) }] as never);
  render(
    <QueryClientProvider client={client}>
      <ListRefused problem={problem} retry={() => {}} />
    </QueryClientProvider>,
  );
}
const told = () => ({ unit: screen.queryByText('You belong to no unit yet') !== null, plain: screen.queryByText('The plain refusal.') !== null });

beforeEach(() => setLanguage('en'));

it('tells whoever belongs to no unit what to do', () => {
  show(refusal('FORBIDDEN', 403), 'investigator');
  expect(told()).toEqual({ unit: true, plain: false });
});

it.each([
  ['somebody of a unit', refusal('FORBIDDEN', 403), 'investigator', 'u'],
  ['a role without units', refusal('FORBIDDEN', 403), 'intake', undefined],
  ['another refusal', refusal('STORE_UNAVAILABLE', 503), 'investigator', undefined],
] as const)('keeps the refusal as it is for %s', (_who, problem, role, unit) => {
  show(problem, role, unit);
  expect(told()).toEqual({ unit: false, plain: true });
});
