// State and due date of a row, as every list and every page of a matter shows them.
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/api';
import type { Side } from '../../api/session';
import { cx, Icon, Mark, StateMark } from '../../components';
import { language } from '../../i18n';
import { formatDate, formatDayShort } from '../../i18n/format';
import { dayOf, subjectParts } from './words';

type Row = Schema<'RowView'>;

// A name in the reader's language; one that was given in Japanese only is read as Japanese.
export function NamePair({ ja, en }: { ja: string; en: string }): ReactNode {
  return language() === 'ja' ? ja : en || <span lang="ja">{ja}</span>;
}

export function RowState({ row, side }: { row: Row; side: Side }) {
  const { t } = useTranslation();
  const overdue = row.is_overdue ? (
    <Mark tone="danger" icon="danger">
      {t('state.agency.OVERDUE')}
    </Mark>
  ) : null;
  // Until the check is done the state is that of a draft: what was handed to the supervisor is told apart by whose turn it is. An amendment of what
  // was sent has both, the state of what was sent and the check that its next version waits for.
  const waits = side === 'AGENCY' && row.turn === 'CHECK';
  return (
    <span className="inline-flex flex-wrap items-center gap-1">
      {side === 'AGENCY' && row.state !== 'NONE' && row.state !== 'ORAL' && !(waits && row.state === 'DRAFT') ? (
        <StateMark side="agency" state={row.state} />
      ) : null}
      {waits ? (
        <Mark tone="active" icon="people">
          {t('matter.toCheck')}
        </Mark>
      ) : null}
      {side === 'AGENCY' && row.state === 'ORAL' ? (
        <Mark tone="care" icon="clock">
          {t('matter.oral')}
        </Mark>
      ) : null}
      {side === 'PROVIDER' && row.provider_state !== 'NONE' ? <StateMark side="provider" state={row.provider_state} /> : null}
      {overdue}
    </span>
  );
}

const kPartWhole = 14; // characters; a longer part may break

// A masked value in a list: broken where its parts meet, and inside a part only when that alone is too wide.
export function Subject({ text }: { text: string }) {
  if (!text) return '―';
  return (
    <span lang={/\p{Script=Han}/u.test(text) ? 'ja' : undefined} className="font-mono text-[0.875em]">
      {subjectParts(text).map((part, index) =>
        part === ' ' ? (
          ' '
        ) : (
          <span key={index} className={cx('inline-block max-w-full', part.length <= kPartWhole && 'whitespace-nowrap')}>
            {part}
          </span>
        ),
      )}
    </span>
  );
}

export function DueDay({ row, long }: { row: Row; long?: boolean }) {
  if (!row.due) return <span className="text-sub">―</span>;
  const at = dayOf(row.due);
  return (
    <time
      dateTime={row.due}
      title={formatDate(at)}
      className={cx('tabular inline-flex items-center gap-1 whitespace-nowrap', row.is_overdue && 'font-700 text-danger')}
    >
      {row.is_overdue ? <Icon name="danger" size={16} /> : null}
      {long ? formatDate(at) : formatDayShort(at)}
    </time>
  );
}
