// What the tables of people, units, delegations and keys have in common.
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unitsQuery } from '../../api/queries';
import { type Column, Mark } from '../../components';
import { inTongue } from '../matters/words';

// The name of a unit in the reader's language; a dash for none.
export function useUnitName(): (id: string | null | undefined) => string {
  const units = useQuery(unitsQuery).data ?? [];
  return (id) => {
    const found = units.find((one) => one.id === id);
    return found ? inTongue(found.name_ja, found.name_en) : '―';
  };
}

export function useNameColumn<Row>(name: (row: Row) => string, sortBy: (row: Row) => string = name): Column<Row> {
  const { t } = useTranslation();
  return { id: 'name', label: t('people.name'), main: true, nowrap: true, cell: name, sortBy };
}

export function usePostColumn<Row extends { post: string }>(): Column<Row> {
  const { t } = useTranslation();
  return { id: 'post', label: t('people.post'), cell: (row) => row.post || '―' };
}

export function useUnitColumn<Row extends { unit?: string | null }>(): Column<Row> {
  const { t } = useTranslation();
  const unit = useUnitName();
  return { id: 'unit', label: t('list.unit'), cell: (row) => unit(row.unit) };
}

// People are in office or not, units in use or not.
export function useActiveColumn<Row extends { is_active: boolean }>(of: 'people' | 'units'): Column<Row> {
  const { t } = useTranslation();
  return {
    id: 'state',
    label: t('matter.state'),
    cell: (row) => (
      <Mark tone={row.is_active ? 'good' : 'faint'} icon={row.is_active ? 'check' : 'ban'}>
        {of === 'people' ? t(row.is_active ? 'people.active' : 'people.inactive') : t(row.is_active ? 'units.active' : 'units.inactive')}
      </Mark>
    ),
  };
}
