// The acts of a matter with what each says, for the pages of both sides; every act can be proven.
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/api';
import { organisationName, type Session, useSession } from '../../api/session';
import { type IconName, Timeline, type TimelineAct } from '../../components';
import { language } from '../../i18n';
import { NamePair } from '../matters/marks';
import { actName, counterpartyName } from '../matters/words';
import { useLawNames } from './ItemsPanel';
import { ProofDialog } from './ProofDialog';

export function MatterTimeline({ id, view }: { id: string; view: Schema<'MatterView'> }) {
  const session = useSession();
  const acts = useTimeline(view, session);
  const [proof, setProof] = useState<Schema<'ActView'> | null>(null);
  return (
    <>
      <Timeline acts={acts} onProve={(act) => setProof(view.timeline.find((one) => one.act === act.id) ?? null)} />
      {proof ? <ProofDialog matter={id} act={proof} number={view.row.number} onClose={() => setProof(null)} /> : null}
    </>
  );
}

type Saying = Pick<Schema<'ActView'>, 'outcome' | 'reason' | 'note'>;

// What an act says in words, in the order in which it is read: what an answer led to, the law's reason, the person's own words.
export function useActWords(): (act: Saying) => string[] {
  const { t } = useTranslation();
  const names = useLawNames();
  return ({ outcome, reason, note }) =>
    [outcome ? t(`outcome.${outcome}`) : '', reason ? names.reasonSentence(reason) : '', note].filter((text) => text !== '');
}

const icons: Record<string, IconName> = {
  'inquiry.oral': 'clock',
  'inquiry.drafted': 'pencil',
  'inquiry.checked': 'check',
  'inquiry.sent_back': 'undo',
  'inquiry.registered': 'hash',
  'inquiry.voided': 'cross',
  'answer.opened': 'eye',
  'inquiry.closed': 'lock',
  'inquiry.retained': 'archive',
  'inquiry.handed_over': 'people',
  'inquiry.approved': 'stamp',
  'inquiry.dispatched': 'send',
  'inquiry.withdrawn': 'undo',
  'inquiry.reminded': 'clock',
  'answer.retrieved': 'inbox',
  'inquiry.feedback': 'handshake',
  'narrowing.declined': 'ban',
  'intake.verified': 'shield',
  'intake.suspected': 'danger',
  'intake.triaged': 'list',
  'legal.decided': 'scale',
  'work.assigned': 'person',
  'work.looked_up': 'search',
  'answer.collected': 'folder',
  'answer.checked': 'people',
  'answer.sent_back': 'undo',
  'inquiry.received': 'inbox',
  'inquiry.accepted': 'handshake',
  'inquiry.returned': 'undo',
  'answer.begun': 'clock',
  'answer.released': 'send',
  'matter.viewed': 'eye',
  'audit.finding': 'shield',
  'matter.purged': 'trash',
  'text.erased': 'trash',
};

// The other side tells its roles and not its people: there the organisation stands for the person, by its name.
function useTimeline(view: Schema<'MatterView'>, session: Session): TimelineAct[] {
  const { t } = useTranslation();
  const wordsOf = useActWords();
  const houseOf = (act: Schema<'ActView'>) => {
    if (act.org === session.organisation) return organisationName(session, language());
    return act.org === view.row.counterparty ? counterpartyName(view.row) : act.org;
  };
  const detailOf = (act: Schema<'ActView'>): ReactNode => {
    const words = wordsOf(act);
    if (words.length === 0 && !act.is_purged) return undefined;
    return (
      <>
        {words.length > 0 ? (
          <div className="text-dns-14N-130 space-y-1 rounded-4 bg-shade px-2 py-1">
            {words.map((text) => (
              <p key={text} className="whitespace-pre-line">
                {text}
              </p>
            ))}
          </div>
        ) : null}
        {act.is_purged ? <p className="text-dns-14N-130 text-sub">{t('matter.actPurged')}</p> : null}
      </>
    );
  };
  return view.timeline.map((act) => ({
    id: act.act,
    what: actName(act),
    person: act.person?.name || (act.role === 'node' ? '' : houseOf(act)),
    role: t(`role.${act.role}`),
    organisation: act.person?.name && act.person.unit ? <NamePair ja={act.person.unit} en={act.person.unit_en} /> : undefined,
    at: new Date(act.at),
    icon: icons[act.kind] ?? 'check',
    internal: !act.is_shared,
    ownSignature: act.has_own_signature,
    withoutEffect: act.effect === 'APPLIED' ? undefined : t(`effect.${act.effect}`),
    detail: detailOf(act),
  }));
}
