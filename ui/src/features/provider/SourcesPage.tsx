// 提供元: what this provider can answer and how. The sources, the published answer profile, and the house rules that tighten the law.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/api';
import { asProblem } from '../../api/problem';
import { useSession } from '../../api/session';
import { Button, type Column, DataTable, EmptyState, Page, Skeleton, Tabs } from '../../components';
import { language } from '../../i18n';
import { formatBytes, formatNumber } from '../../i18n/format';
import { mediaNames } from '../matters/media';
import { HouseRules } from './HouseRules';
import { ProfileEditor } from './ProfileEditor';
import { LoadFailed, Terms } from './parts';
import { fileLimitsQuery, ownProfileQuery, type Source, sourcesQuery } from './queries';
import { useWords, type Words } from './words';

export const sourceViews = ['sources', 'profile', 'rules'] as const;
export type SourceViewName = (typeof sourceViews)[number];

export function SourcesPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const words = useWords();
  const { show = 'sources' } = useSearch({ strict: false }) as { show?: SourceViewName };
  return (
    <Page title={t('nav.sources')} lead={t('prov.sourcesLead')}>
      {words ? (
        <Tabs
          label={t('nav.sources')}
          selected={show}
          onSelect={(id) => void navigate({ to: '/sources', search: id === 'sources' ? {} : { show: id as SourceViewName } })}
          tabs={[
            { id: 'sources', label: t('prov.sourceView.sources'), content: show === 'sources' ? <SourceList words={words} /> : null },
            { id: 'profile', label: t('prov.sourceView.profile'), content: show === 'profile' ? <Profile words={words} /> : null },
            { id: 'rules', label: t('prov.sourceView.rules'), content: show === 'rules' ? <HouseRules words={words} /> : null },
          ]}
        />
      ) : (
        <Skeleton lines={6} />
      )}
    </Page>
  );
}

function SourceList({ words }: { words: Words }) {
  const { t } = useTranslation();
  const sources = useQuery(sourcesQuery);
  if (sources.isError) return <LoadFailed error={sources.error} retry={() => void sources.refetch()} />;
  if (!sources.data) return <Skeleton lines={4} />;
  const columns: Column<Source>[] = [
    { id: 'title', label: t('prov.sourceTitle'), main: true, cell: (source) => (language() === 'ja' ? source.title_ja : source.title_en) },
    { id: 'kind', label: t('prov.sourceKindLabel'), cell: (source) => t(`prov.sourceKind.${source.kind as 'SQL' | 'CSV' | 'HAND'}`) },
    {
      id: 'selectors',
      label: t('prov.answers'),
      width: 'wide',
      cell: (source) => source.selectors.map(words.selector).join(t('matter.comma')),
    },
    { id: 'name', label: t('prov.sourceName'), cell: (source) => <span className="font-mono">{source.name}</span> },
  ];
  return (
    <div className="space-y-4">
      <DataTable
        caption={t('prov.sourceView.sources')}
        captionHidden
        columns={columns}
        rows={sources.data}
        rowId={(source) => source.name}
        rowName={(source) => source.name}
        empty={
          <EmptyState title={t('prov.sourcesEmpty')} icon="folder">
            {t('prov.sourcesEmptyText')}
          </EmptyState>
        }
      />
      {sources.data.length > 0 ? <p className="text-read text-sub">{t('prov.sourcesHow')}</p> : null}
    </div>
  );
}

function Profile({ words }: { words: Words }) {
  const { t } = useTranslation();
  const session = useSession();
  const profile = useQuery(ownProfileQuery);
  const [editing, setEditing] = useState(false);
  const mayEdit = session.role === 'legal' || session.role === 'admin';
  const isUnpublished = asProblem(profile.error)?.is('NOT_FOUND') ?? false;
  if (profile.isError && !isUnpublished) return <LoadFailed error={profile.error} retry={() => void profile.refetch()} />;
  if (!profile.data && !isUnpublished) return <Skeleton lines={4} />;
  if (editing) return <ProfileEditor published={profile.data ?? null} words={words} onClose={() => setEditing(false)} />;
  const edit = (
    <Button kind="primary" icon="pencil" disabledReason={mayEdit ? null : t('prov.profileReadOnly')} onClick={() => setEditing(true)}>
      {t(profile.data ? 'prov.profileEdit' : 'prov.profileFirst')}
    </Button>
  );
  if (!profile.data)
    return (
      <EmptyState title={t('prov.profileEmpty')} actions={edit}>
        {t('prov.profileEmptyText')}
      </EmptyState>
    );
  return <PublishedProfile profile={profile.data} words={words} edit={edit} />;
}

function PublishedProfile({ profile, words, edit }: { profile: Schema<'AnswerProfile'>; words: Words; edit: ReactNode }) {
  const { t } = useTranslation();
  const fileLimits = useQuery(fileLimitsQuery);
  const ja = language() === 'ja';
  const { entries, media, usual_days: days, version } = profile;
  const contact = ja ? profile.contact_ja : profile.contact_en;
  type Entry = (typeof entries)[number];
  const columns: Column<Entry>[] = [
    { id: 'selector', label: t('paper.columnType'), main: true, cell: (entry) => words.selector(entry.selector) },
    {
      id: 'services',
      label: t('prov.service'),
      cell: (entry) => (entry.services.length > 0 ? <span className="font-mono">{entry.services.join(', ')}</span> : '―'),
    },
    { id: 'categories', label: t('paper.columnWanted'), width: 'wide', cell: (entry) => words.categories(entry.categories) },
    {
      id: 'period',
      label: t('paper.columnPeriod'),
      cell: (entry) =>
        [
          entry.needs_period ? t('prov.periodNeeded') : t('prov.periodFree'),
          entry.period_days_max ? t('prov.periodMax', { n: formatNumber(entry.period_days_max) }) : null,
        ]
          .filter(Boolean)
          .join(t('matter.comma')),
    },
    {
      id: 'history',
      label: t('prov.history'),
      numeric: true,
      cell: (entry) => (entry.history_days ? t('prov.historyDays', { n: formatNumber(entry.history_days) }) : '―'),
    },
  ];
  return (
    <div className="space-y-6">
      <Terms
        rows={[
          [t('prov.usualDays'), t('prov.days', { n: String(days) })],
          [t('prov.media'), mediaNames(media).join(t('matter.comma'))],
          ...(fileLimits.data ? ([[t('prov.mediaMax'), formatBytes(fileLimits.data.bytes_max)]] as const) : []),
          ...(contact ? ([[t('prov.contact'), contact]] as const) : []),
          [t('prov.profileVersion'), t('prov.versionNo', { n: String(version) })],
        ]}
      />
      <DataTable
        caption={t('prov.sourceView.profile')}
        captionHidden
        columns={columns}
        rows={entries}
        rowId={(entry) => `${entry.selector}${entry.services.join()}`}
        rowName={(entry) => words.selector(entry.selector)}
      />
      {edit}
    </div>
  );
}
