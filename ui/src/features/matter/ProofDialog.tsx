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

export function ProofDialog({ act, number, onClose }: { act: Schema<'ActView'>; number: string; onClose: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const organisation = act.org;
  const person = act.person?.id ?? '';
  const orgKeys = useQuery({
    queryKey: ['organisation-keys', organisation],
    queryFn: async ({ signal }) =>
      (await take(api.GET('/api/organisations/{organisation}/keys', { params: { path: { organisation } }, signal }))).vkeys,
  });
  const personKeys = useQuery({
    queryKey: ['published-roles', organisation, person],
    queryFn: async ({ signal }) =>
      (await take(api.GET('/api/organisations/{organisation}/people/{person}', { params: { path: { organisation, person } }, signal }))).entries,
    enabled: person !== '' && act.has_own_signature,
  });
  const problem = asProblem(orgKeys.error ?? personKeys.error);
  // Exactly the key whose line, or whose passkey's answer, stands on this act.
  const mine = personKeys.data?.filter((entry) => entry.role === act.role && act.own_keys.some((own) => entry.vkey.startsWith(`${own}+`))) ?? [];
  const command = `warifu evidence export ${session.organisation}:${number} -o evidence.zip`;
  return (
    <Dialog open onClose={onClose} title={t('proof.title', { act: actName(act) })} wide actions={<Button onClick={onClose}>{t('app.close')}</Button>}>
      <div className="space-y-4">
        {problem ? <Banner tone="danger">{problem.text()}</Banner> : null}
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
          <Line label={t('proof.orgKey')}>
            {orgKeys.data ? orgKeys.data.map((key) => <Copyable key={key} text={key} />) : <Skeleton lines={1} />}
          </Line>
          <Line label={t('proof.personKey')}>
            {!act.has_own_signature
              ? t('proof.noOwn')
              : mine.length > 0
                ? [...new Set(mine.map((entry) => entry.vkey))].map((key) => <Copyable key={key} text={key} />)
                : personKeys.isPending
                  ? t('app.loading')
                  : t('proof.keyGone')}
          </Line>
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
      <code className="font-mono break-all">{shown ?? text}</code>
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
