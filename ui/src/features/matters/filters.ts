// The filters of the list as they stand in the address: everything is text, so that a link can be sent, kept and read.
import type { Schema } from '../../api/api';
import type { paths } from '../../api/schema';
import { addDays } from './words';

export const textFilters = [
  'q',
  'state',
  'provider_state',
  'turn',
  'counterparty',
  'number',
  'case_number',
  'case_id',
  'in_charge',
  'drafter',
  'unit',
  'due',
  'dispatched_from',
  'dispatched_until',
  'updated_from',
  'updated_until',
  'mine',
  'open',
  'overdue',
  'sort',
] as const;
export type FilterName = (typeof textFilters)[number];
export type Filters = Partial<Record<FilterName, string>>;

// Only known names with a value survive; booleans and numbers that the address reader made of the text become text again.
export function readFilters(search: Record<string, unknown>): Filters {
  const filters: Filters = {};
  for (const name of textFilters) {
    const value = search[name];
    if ((typeof value === 'string' && value !== '') || typeof value === 'number' || value === true) filters[name] = String(value);
    if (name === 'open' && value === false) filters.open = 'false';
  }
  return filters;
}

type Query = NonNullable<paths['/api/matters']['get']['parameters']['query']>;

const kDay = /^\d{4}-\d{2}-\d{2}$/;
const startOf = (day: string | undefined) => (day && kDay.test(day) ? `${day}T00:00:00+09:00` : undefined);
const endOf = (day: string | undefined) => (day && kDay.test(day) ? `${addDays(day, 1)}T00:00:00+09:00` : undefined);
const list = <T extends string>(text: string | undefined) => (text ? (text.split(',') as T[]) : undefined);

export function queryOf(filters: Filters, limit: number, cursor: string): Query {
  const query: Query = {
    q: filters.q,
    state: list<Schema<'State'>>(filters.state),
    provider_state: list<Schema<'ProviderState'>>(filters.provider_state),
    turn: list<Schema<'Turn'>>(filters.turn),
    counterparty: filters.counterparty,
    number: filters.number,
    case_number: filters.case_number,
    case_id: filters.case_id,
    in_charge: filters.in_charge,
    drafter: filters.drafter,
    unit: list<string>(filters.unit),
    due_before: endOf(filters.due),
    dispatched_from: startOf(filters.dispatched_from),
    dispatched_until: endOf(filters.dispatched_until),
    updated_from: startOf(filters.updated_from),
    updated_until: endOf(filters.updated_until),
    mine: filters.mine === 'true' ? true : undefined,
    overdue: filters.overdue === 'true' ? true : undefined,
    open: filters.open === 'true' ? true : filters.open === 'false' ? false : undefined,
    sort: filters.sort === 'DUE' || filters.sort === 'NUMBER' ? filters.sort : undefined,
    limit,
    cursor: cursor || undefined,
  };
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as Query;
}
