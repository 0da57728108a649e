// One field for everything an auditor may have in hand: a number, a selector, a name, or the hash of an act as paper, proof and log give it.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem } from '../../api/problem';
import { organisationName, useSession } from '../../api/session';
import { Banner, Button, EmptyState, Skeleton, TextField } from '../../components';
import { language } from '../../i18n';
import { formatDateTime } from '../../i18n/format';
import { rowName } from '../matters/columns';
import { actName, counterpartyName } from '../matters/words';
import { hashDigits } from './audit_search';

export function AuditSearch() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [missing, setMissing] = useState<string>();
  const [hash, setHash] = useState<{ digits: string; words: string } | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const words = text.trim();
    setMissing(words ? undefined : t('figures.searchMissing'));
    if (!words) return;
    const digits = hashDigits(words);
    setHash(digits ? { digits, words } : null);
    if (!digits) void navigate({ to: '/matters', search: { q: words } });
  };
  return (
    <section aria-labelledby="audit-search" className="no-print space-y-3">
      <h2 id="audit-search" className="text-std-20B-150">
        {t('figures.search')}
      </h2>
      <form role="search" aria-labelledby="audit-search" onSubmit={submit} noValidate className="flex max-w-3xl flex-wrap items-end gap-3">
        <TextField
          label={t('figures.searchLabel')}
          help={t('figures.searchHelp')}
          type="search"
          value={text}
          onChange={setText}
          error={missing}
          className="min-w-0 flex-1 basis-72"
        />
        <Button type="submit" icon="search">
          {t('figures.searchDo')}
        </Button>
      </form>
      {hash ? <Acts {...hash} /> : null}
    </section>
  );
}

function Acts({ digits, words }: { digits: string; words: string }) {
  const { t } = useTranslation();
  const acts = useQuery({
    queryKey: ['audit', 'acts', digits],
    queryFn: async ({ signal }) => (await take(api.GET('/api/audit/acts', { params: { query: { q: digits } }, signal }))).acts,
  });
  const problem = asProblem(acts.error);
  if (problem)
    return (
      <Banner tone="danger" actions={<Button onClick={() => void acts.refetch()}>{t('app.retry')}</Button>}>
        {problem.text()}
      </Banner>
    );
  if (!acts.data) return <Skeleton lines={2} />;
  if (acts.data.length === 0)
    return (
      <EmptyState
        icon="search"
        title={t('figures.actsNone')}
        // The number of a payment card and the hash of a transaction look like the hash of an act.
        actions={
          <Link to="/matters" search={{ q: words }} className="text-accent underline underline-offset-4">
            {t('figures.searchMatters')}
          </Link>
        }
      >
        {t('figures.actsNoneText')}
      </EmptyState>
    );
  return (
    <ul aria-label={t('figures.actsFound')} className="divide-y divide-line rounded-8 border border-line">
      {acts.data.map((found) => (
        <Found key={found.act} found={found} />
      ))}
    </ul>
  );
}

function Found({ found }: { found: Schema<'ActFound'> }) {
  const { t } = useTranslation();
  const session = useSession();
  const who = () => {
    if (found.org !== session.organisation) return found.row ? counterpartyName(found.row) : t('figures.actOther');
    return found.person?.name ? `${found.person.post} ${found.person.name}` : organisationName(session, language());
  };
  return (
    <li className="space-y-1 px-4 py-3">
      <p className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <span className="text-dns-16B-130">{actName(found)}</span>
        <span>{who()}</span>
        <time dateTime={found.at} className="tabular text-dns-14N-130 text-sub">
          {formatDateTime(new Date(found.at))}
        </time>
      </p>
      {found.row ? (
        <Link to="/matters/$id" params={{ id: found.matter }} className="text-accent underline underline-offset-4">
          {rowName(found.row)}
        </Link>
      ) : (
        <p className="text-sub">{t('figures.actBook')}</p>
      )}
      <p className="text-dns-14N-130 font-mono break-all text-sub">{found.act}</p>
    </li>
  );
}
