// State = colour + icon + word, the same three everywhere. Red only for what is overdue, refused by a check, or dangerous.
import { useTranslation } from 'react-i18next';
import { cx } from './cx';
import { Icon, type IconName } from './Icon';

export type Tone = 'plain' | 'active' | 'good' | 'care' | 'danger' | 'faint';

const tones: Record<Tone, string> = {
  plain: 'border-solid-gray-420 bg-white text-ink',
  active: 'border-accent-line bg-accent-soft text-accent-strong',
  good: 'border-good-line bg-good-soft text-good',
  care: 'border-care-line bg-care-soft text-care',
  danger: 'border-danger bg-danger-soft text-danger-strong',
  faint: 'border-transparent bg-shade text-sub',
};

type Look = readonly [Tone, IconName];

export const agencyStates = {
  DRAFT: ['plain', 'pencil'],
  CHECKED: ['active', 'check'],
  APPROVED: ['active', 'stamp'],
  REGISTERED: ['active', 'hash'],
  DISPATCHED: ['active', 'send'],
  DELIVERED: ['active', 'inbox'],
  ACCEPTED: ['active', 'handshake'],
  RETURNED: ['care', 'undo'],
  IN_PROGRESS: ['active', 'clock'],
  ANSWERED: ['good', 'checkCircle'],
  PARTLY_ANSWERED: ['good', 'half'],
  NONE_HELD: ['plain', 'empty'],
  REFUSED: ['care', 'ban'],
  NEEDS_WARRANT: ['care', 'scale'],
  NARROWING_PROPOSED: ['care', 'narrow'],
  CLOSED: ['faint', 'lock'],
  RETAINED: ['faint', 'archive'],
  PURGED: ['faint', 'trash'],
  WITHDRAWN: ['faint', 'undo'],
  VOIDED: ['faint', 'cross'],
  OVERDUE: ['danger', 'danger'],
} as const satisfies Record<string, Look>;

export const providerStates = {
  RECEIVED: ['plain', 'inbox'],
  VERIFIED: ['active', 'shield'],
  SUSPECT: ['danger', 'danger'],
  TRIAGED: ['active', 'list'],
  LEGAL_REVIEW: ['care', 'scale'],
  ASSIGNED: ['active', 'person'],
  COLLECTED: ['active', 'folder'],
  CHECKED: ['active', 'people'],
  SEALED: ['active', 'lock'],
  RELEASED: ['good', 'send'],
  RETRIEVED: ['good', 'checkCircle'],
  ERASED: ['faint', 'trash'],
  RETURNED: ['care', 'undo'],
  WITHDRAWN: ['faint', 'undo'],
  OVERDUE: ['danger', 'danger'],
} as const satisfies Record<string, Look>;

export const itemResults = {
  PENDING: ['plain', 'clock'],
  ANSWERED: ['good', 'checkCircle'],
  PARTLY_ANSWERED: ['good', 'half'],
  NONE_HELD: ['plain', 'empty'],
  REFUSED: ['care', 'ban'],
  NEEDS_WARRANT: ['care', 'scale'],
  NARROWING_PROPOSED: ['care', 'narrow'],
} as const satisfies Record<string, Look>;

export const gates = {
  ALLOW: ['good', 'check'],
  NEEDS_WARRANT: ['care', 'scale'],
  LEGAL_REVIEW: ['care', 'person'],
  PRESERVE: ['active', 'archive'],
  DENY: ['danger', 'ban'],
} as const satisfies Record<string, Look>;

export type AgencyState = keyof typeof agencyStates;
export type ProviderState = keyof typeof providerStates;
export type ItemResult = keyof typeof itemResults;
export type Gate = keyof typeof gates;

export function Mark({ tone, icon, children }: { tone: Tone; icon: IconName; children: string }) {
  return (
    <span
      className={cx(
        'fc-edge text-dns-14B-130 inline-flex items-center gap-1.5 rounded-4 border px-2 py-0.5 align-middle whitespace-nowrap',
        tones[tone],
      )}
    >
      <Icon name={icon} size={16} />
      {children}
    </span>
  );
}

export type StateMarkProps =
  | { side: 'agency'; state: AgencyState }
  | { side: 'provider'; state: ProviderState }
  | { side: 'result'; state: ItemResult }
  | { side: 'gate'; state: Gate };

export function StateMark(props: StateMarkProps) {
  const { t } = useTranslation();
  switch (props.side) {
    case 'agency': {
      const [tone, icon] = agencyStates[props.state];
      return (
        <Mark tone={tone} icon={icon}>
          {t(`state.agency.${props.state}`)}
        </Mark>
      );
    }
    case 'provider': {
      const [tone, icon] = providerStates[props.state];
      return (
        <Mark tone={tone} icon={icon}>
          {t(`state.provider.${props.state}`)}
        </Mark>
      );
    }
    case 'result': {
      const [tone, icon] = itemResults[props.state];
      return (
        <Mark tone={tone} icon={icon}>
          {t(`state.result.${props.state}`)}
        </Mark>
      );
    }
    case 'gate': {
      const [tone, icon] = gates[props.state];
      return (
        <Mark tone={tone} icon={icon}>
          {t(`gate.${props.state}`)}
        </Mark>
      );
    }
  }
}

const steps = ['ACCEPTED', 'RELAYED', 'DELIVERED', 'RETRIEVED'] as const;

// Accepted → relayed → delivered → retrieved, as registered mail gives it.
export function DeliverySteps({ reached }: { reached: number }) {
  const { t } = useTranslation();
  return (
    <ol aria-label={t('state.delivery.label')} className="text-dns-14N-130 flex flex-wrap items-center gap-y-1">
      {steps.map((step, index) => {
        const done = index < reached;
        return (
          <li key={step} className="flex items-center">
            <span className={cx('flex items-center gap-1', done ? 'text-dns-14B-130 text-accent-strong' : 'text-sub')}>
              <Icon name={done ? 'checkCircle' : 'clock'} size={16} />
              {t(`state.delivery.${step}`)}
              <span className="sr-only">{done ? t('state.delivery.reached') : t('state.delivery.waiting')}</span>
            </span>
            {index < steps.length - 1 ? <span className={cx('mx-2 h-0.5 w-4', index + 1 < reached ? 'bg-accent' : 'bg-line')} /> : null}
          </li>
        );
      })}
    </ol>
  );
}
