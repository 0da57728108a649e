// 証明: who, in which role, with which key, which text; and how somebody else can check it without this system.
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem } from '../../api/problem';
import { useSession } from '../../api/session';
import { Banner, Button, Dialog, Skeleton } from '../../components';
import { formatDateTime } from '../../i18n/format';
import { actName } from '../matters/words';

const inFours = (hash: string) => hash.replace(/(.{8})(?=.)/g, '$1 ');

export function ProofDialog({ matter, act, number, onClose }: { matter: string; act: Schema<'ActView'>; number: string; onClose: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  // Checked by the node as it is asked for; nothing of it is kept.
  const proof = useQuery({
    queryKey: ['proof', matter, act.act],
    queryFn: async ({ signal }) => take(api.GET('/api/matters/{matter}/acts/{act}/proof', { params: { path: { matter, act: act.act } }, signal })),
    staleTime: 0,
  });
  const problem = asProblem(proof.error);
  const command = `warifu evidence export ${session.organisation}:${number} --data DIR -o evidence.zip`;
  return (
    <Dialog open onClose={onClose} title={t('proof.title', { act: actName(act) })} wide actions={<Button onClick={onClose}>{t('app.close')}</Button>}>
      <div className="space-y-4">
        {problem ? <Banner tone="danger">{problem.text()}</Banner> : null}
        {proof.data ? (
          <Banner tone="success" title={t('proof.verifiedTitle')}>
            {t(typeof proof.data.crossing?.log_size === 'number' ? 'proof.verifiedLogged' : 'proof.verified')}
          </Banner>
        ) : null}
        <dl className="text-dns-16N-130 grid gap-x-6 gap-y-2 sm:grid-cols-[auto_minmax(0,1fr)]">
          <Line label={t('proof.who')}>
            {act.person?.name || act.person?.id || t('role.node')} / {t(`role.${act.role}`)} / {act.org}
          </Line>
          <Line label={t('proof.at')}>{formatDateTime(new Date(act.at))}</Line>
          <Line label={t('proof.kind')}>
            <span className="font-mono">{act.kind}</span>
          </Line>
          <Line label={t('proof.scope')}>{act.is_shared ? t('proof.shared') : t('proof.internal')}</Line>
          <Line label={t('proof.hash')}>
            <Copyable text={act.act} shown={inFours(act.act)} />
          </Line>
          <Line label={t('proof.signatures')}>
            {proof.isPending ? <Skeleton lines={2} /> : null}
            {proof.data?.signatures.map((signature) => (
              <SignatureLine key={signature.name + signature.key_id} signature={signature} />
            ))}
            {proof.data && !act.has_own_signature ? <p className="text-sub">{t('proof.noOwn')}</p> : null}
          </Line>
          {proof.data ? (
            <Line label={t('proof.log')}>
              <CrossingText crossing={proof.data.crossing ?? null} isShared={act.is_shared} />
            </Line>
          ) : null}
        </dl>
        <div className="space-y-1 rounded-8 bg-shade p-3">
          <p className="text-dns-16B-130">{t('proof.checkTitle')}</p>
          <p className="text-dns-14N-130">{t('proof.checkText')}</p>
          {number ? <Copyable text={command} /> : null}
        </div>
      </div>
    </Dialog>
  );
}

function SignatureLine({ signature }: { signature: Schema<'ProofSignature'> }) {
  const { t } = useTranslation();
  const name = `${signature.name}+${signature.key_id}`;
  return (
    <div className="mb-2">
      <Copyable text={name} />
      <p className="text-dns-14N-130 text-sub">
        {t(signature.is_passkey ? 'proof.passkeySince' : 'proof.keySince', {
          from: formatDateTime(new Date(signature.valid_from)),
          entry: signature.entry,
        })}
      </p>
    </div>
  );
}

function CrossingText({ crossing, isShared }: { crossing: Schema<'ProofCrossing'> | null; isShared: boolean }) {
  const { t } = useTranslation();
  if (!crossing) return <>{t(isShared ? 'proof.noMessage' : 'proof.neverLeaves')}</>;
  return (
    <div className="space-y-1">
      <p>
        {crossing.log_size === null || crossing.log_size === undefined
          ? t('proof.promised', { log: crossing.log, index: crossing.index, at: formatDateTime(new Date(crossing.promised)) })
          : t('proof.logged', { log: crossing.log, index: crossing.index, size: crossing.log_size })}
      </p>
      <p>{crossing.cosigned_by.length > 0 ? t('proof.cosigned', { names: crossing.cosigned_by.join(', ') }) : t('proof.notCosigned')}</p>
      <p className="text-dns-14N-130 text-sub">
        {t('proof.message', { from: crossing.from, to: crossing.to.join(', '), at: formatDateTime(new Date(crossing.created)) })}
      </p>
      <Copyable text={crossing.message} />
      {crossing.is_text_checked ? null : <p className="text-dns-14N-130 text-sub">{t('proof.textPurged')}</p>}
    </div>
  );
}

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-subgrid sm:col-span-2">
      <dt className="text-sub">{label}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}

function Copyable({ text, shown }: { text: string; shown?: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  return (
    <span className="flex flex-wrap items-baseline gap-x-3">
      <code className="font-mono wrap-anywhere">{shown ?? text}</code>
      <button
        type="button"
        onClick={() => {
          void navigator.clipboard?.writeText(text).then(() => setCopied(true));
        }}
        className="text-dns-14N-130 min-h-7 rounded-4 px-1 text-accent underline underline-offset-4 hover:bg-accent-soft"
      >
        {copied ? t('proof.copied') : t('action.copy')}
      </button>
    </span>
  );
}
