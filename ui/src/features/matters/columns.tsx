// The columns of a list of matters, for the desk and the search.
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/api';
import { useSession } from '../../api/session';
import { type Column, RelativeTime } from '../../components';
import { DueDay, RowState, Subject } from './marks';
import { counterpartyName } from './words';

type Row = Schema<'RowView'>;

// The shares leave the subject an eighth of the narrowest wide page, so that a service's name does not run under the state.
export function useMatterColumns(options: { updated?: boolean; turn?: boolean; own?: boolean } = {}): Column<Row>[] {
  const { t } = useTranslation();
  const { side } = useSession();
  const columns: Column<Row>[] = [
    {
      id: 'number',
      label: t('matter.number'),
      main: true,
      nowrap: true,
      share: 'xl:w-[16.5%]',
      cell: (row) => <span className="tabular">{row.number || t('matter.unnumbered')}</span>,
    },
  ];
  if (side === 'AGENCY')
    columns.push({ id: 'case', label: t('matter.case'), nowrap: true, share: 'xl:w-[10%]', cell: (row) => row.case_number || '―' });
  columns.push(
    {
      id: 'counterparty',
      label: side === 'AGENCY' ? t('matter.addressee') : t('matter.asker'),
      share: 'xl:w-[15.5%]',
      cell: counterpartyName,
    },
    {
      id: 'subject',
      label: t('matter.subject'),
      cell: (row) => (
        <span>
          <Subject text={row.subject} />
          {row.urgency === 'URGENT' ? <span className="text-dns-14B-130 ms-2 text-care">{t('matter.urgent')}</span> : null}
        </span>
      ),
    },
    { id: 'state', label: t('matter.state'), share: 'xl:w-[13%]', cell: (row) => <RowState row={row} side={side} /> },
  );
  if (options.turn)
    columns.push({
      id: 'turn',
      label: t('matter.turn'),
      width: 'narrow',
      share: 'xl:w-[9%]',
      cell: (row) =>
        row.is_my_turn ? (
          <span className="font-700">{t('matter.yours')}</span>
        ) : (
          <span className="text-sub">
            {row.turn_names.join(' ') || (row.turn !== 'NONE' ? t(`turn.${row.turn}`) : row.is_open ? t('matter.otherShort') : '―')}
          </span>
        ),
    });
  // A provider's desk says by its groups who is asked; nobody is in charge there before he is assigned.
  else if (!options.own && side === 'AGENCY')
    columns.push({
      id: 'charge',
      label: t('matter.charge'),
      nowrap: true,
      share: 'xl:w-[9.5%]',
      cell: (row) => row.in_charge ?? row.drafter ?? '―',
    });
  columns.push({ id: 'due', label: t('matter.due'), nowrap: true, share: 'xl:w-[13%]', cell: (row) => <DueDay row={row} /> });
  if (options.updated)
    columns.push({
      id: 'updated',
      label: t('matter.updated'),
      nowrap: true,
      share: 'xl:w-[9.5%]',
      cell: (row) => <RelativeTime at={new Date(row.updated)} />,
    });
  return columns;
}

// An oral inquiry has neither number nor subject yet.
export function rowName(row: Row): string {
  return row.number || row.subject || [row.case_number, counterpartyName(row)].filter(Boolean).join(' ');
}
