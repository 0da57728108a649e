// 回答条件: what this provider can be asked, edited and published by its administrator or legal desk. What those who ask will see stands beside it.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem } from '../../api/problem';
import { selectorTypesQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import { useWrite } from '../../api/use_write';
import { Banner, Button, Checkbox, CheckboxGroup, cx, Dialog, EmptyState, Icon, Select, TextField, useNotify } from '../../components';
import { formatNumber } from '../../i18n/format';
import { ProfileView } from '../inquiry/ProfileView';
import { mediaNames } from '../matters/media';
import { Refusal } from './parts';
import {
  daysOf,
  draftOfEntry,
  draftOfProfile,
  type Entry,
  type EntryDraft,
  type EntryLack,
  entryOf,
  lacksOfEntry,
  mediaChoices,
  type Profile,
  type ProfileDraft,
  profileOf,
} from './profile_draft';
import { useRefresh } from './queries';
import type { Words } from './words';

interface ProfileEditorProps {
  published: Profile | null; // nothing has been published yet
  words: Words;
  onClose: () => void;
}

export function ProfileEditor({ published, words, onClose }: ProfileEditorProps) {
  const { t } = useTranslation();
  const session = useSession();
  const notify = useNotify();
  const refresh = useRefresh();
  const types = useQuery(selectorTypesQuery).data ?? [];
  const [draft, setDraft] = useState<ProfileDraft>(() => draftOfProfile(published));
  const [edited, setEdited] = useState<number | 'new' | null>(null);
  const [tried, setTried] = useState(false);
  const save = useWrite(
    (profile: Profile, headers) => take(api.PUT('/api/profile', { body: profile, headers })),
    () => {
      notify(t('prov.profileDone'));
      void refresh();
      onClose();
    },
  );
  const set = (change: Partial<ProfileDraft>) => setDraft((previous) => ({ ...previous, ...change }));
  const problem = asProblem(save.error);
  const profile = profileOf(draft, session.organisation, published);
  const unchanged = published !== null && JSON.stringify(draft) === JSON.stringify(draftOfProfile(published));
  const wrongDays = !daysOf(draft.usualDays);
  const publish = () => {
    setTried(true);
    if (!wrongDays && draft.entries.length > 0) save.mutate(profile);
  };
  const keep = (entry: Entry) => {
    set({ entries: edited === 'new' ? [...draft.entries, entry] : draft.entries.map((one, index) => (index === edited ? entry : one)) });
    setEdited(null);
  };
  const fields = [...draft.entries.map((_, index) => `/entries/${index}`), '/media', '/contact_ja', '/contact_en', '/usual_days'];
  return (
    <div className="grid items-start gap-8 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <div className="min-w-0 space-y-8">
        <Refusal error={save.error} fields={fields} />
        <section aria-labelledby="profile-entries" className="space-y-3">
          <h2 id="profile-entries" className="text-std-20B-150">
            {t('prov.profileEntries')}
          </h2>
          <p className="text-read text-sub">{t('prov.profileEntriesText')}</p>
          {draft.entries.length === 0 ? (
            <EmptyState title={t('prov.profileNoEntries')} icon="list">
              {t('prov.profileNoEntriesText')}
            </EmptyState>
          ) : (
            <ul className="divide-y divide-line rounded-8 border border-line">
              {draft.entries.map((entry, index) => (
                <EntryRow
                  key={entry.selector}
                  entry={entry}
                  words={words}
                  error={fieldProblem(problem, `/entries/${index}`)}
                  onEdit={() => setEdited(index)}
                  onRemove={() => set({ entries: draft.entries.filter((_, at) => at !== index) })}
                />
              ))}
            </ul>
          )}
          {tried && draft.entries.length === 0 ? <Wrong>{t('prov.profileNoEntriesText')}</Wrong> : null}
          <Button
            icon="plus"
            disabledReason={types.length > draft.entries.length ? null : t('prov.profileAllTypes')}
            onClick={() => setEdited('new')}
          >
            {t('prov.profileAdd')}
          </Button>
        </section>
        <section aria-labelledby="profile-answers" className="space-y-4">
          <h2 id="profile-answers" className="text-std-20B-150">
            {t('prov.profileAnswers')}
          </h2>
          <TextField
            label={t('prov.usualDays')}
            help={t('prov.usualDaysHelp')}
            value={draft.usualDays}
            onChange={(usualDays) => set({ usualDays })}
            inputMode="numeric"
            error={tried && wrongDays ? t('prov.lack.days') : fieldProblem(problem, '/usual_days')}
            required
            className="max-w-60"
          />
          <CheckboxGroup
            label={t('prov.media')}
            help={t('prov.mediaHelp')}
            row
            choices={mediaChoices.map((type) => ({ id: type, label: mediaNames([type])[0] ?? type }))}
            value={draft.media}
            onChange={(media) => set({ media })}
            error={fieldProblem(problem, '/media')}
          />
          <TextField
            label={t('prov.contactJa')}
            help={t('prov.contactHelp')}
            rows={2}
            value={draft.contactJa}
            onChange={(contactJa) => set({ contactJa })}
            error={fieldProblem(problem, '/contact_ja')}
            optional
          />
          <TextField
            label={t('prov.contactEn')}
            rows={2}
            value={draft.contactEn}
            onChange={(contactEn) => set({ contactEn })}
            error={fieldProblem(problem, '/contact_en')}
            optional
          />
        </section>
      </div>
      <section aria-labelledby="profile-preview" className="min-w-0 space-y-3 xl:row-span-2 xl:sticky xl:top-4">
        <h2 id="profile-preview" className="text-std-20B-150">
          {t('prov.profilePreview')}
        </h2>
        <p className="text-read text-sub">{t('prov.profilePreviewText')}</p>
        <ProfileView profile={profile} types={types} />
        {published ? <Banner tone="info">{t('prov.profileNote')}</Banner> : null}
      </section>
      <div className="flex flex-wrap items-start gap-3">
        <Button kind="primary" icon="send" busy={save.isPending} disabledReason={unchanged ? t('prov.profileUnchanged') : null} onClick={publish}>
          {t('prov.profilePublish')}
        </Button>
        <Button onClick={onClose}>{t('action.cancel')}</Button>
      </div>
      {edited !== null ? (
        <EntryDialog
          entry={edited === 'new' ? null : (draft.entries[edited] ?? null)}
          taken={draft.entries.map((one) => one.selector)}
          words={words}
          onKeep={keep}
          onClose={() => setEdited(null)}
        />
      ) : null}
    </div>
  );
}

function Wrong({ children }: { children: string }) {
  return (
    <p role="alert" className="text-dns-14N-130 flex items-start gap-1 text-danger">
      <Icon name="danger" size={16} className="mt-px" />
      {children}
    </p>
  );
}

interface EntryRowProps {
  entry: Entry;
  words: Words;
  error: string | undefined;
  onEdit: () => void;
  onRemove: () => void;
}

function EntryRow({ entry, words, error, onEdit, onRemove }: EntryRowProps) {
  const { t } = useTranslation();
  const name = words.selector(entry.selector);
  const terms = [
    entry.needs_period ? t('prov.periodNeeded') : t('prov.periodFree'),
    entry.period_days_max ? t('prov.periodMax', { n: formatNumber(entry.period_days_max) }) : '',
    entry.history_days ? t('inq.history', { n: formatNumber(entry.history_days) }) : '',
  ];
  return (
    <li className={cx('flex flex-wrap items-start justify-between gap-x-6 gap-y-2 px-4 py-3', error && 'bg-danger-soft')}>
      <div className="min-w-0 flex-1 basis-60 space-y-1">
        <p className="text-dns-16B-130">
          {name}
          {entry.services.length > 0 ? <span className="text-dns-14N-130 font-mono ms-2 break-all">{entry.services.join(' ')}</span> : null}
        </p>
        <p>{words.categories(entry.categories)}</p>
        <p className="text-dns-14N-130 text-sub">{terms.filter(Boolean).join(t('matter.slash'))}</p>
        {error ? <Wrong>{error}</Wrong> : null}
      </div>
      <div className="flex gap-2">
        <Button size="small" icon="pencil" onClick={onEdit} aria-label={t('prov.profileEditOf', { name })}>
          {t('action.edit')}
        </Button>
        <Button size="small" icon="trash" onClick={onRemove} aria-label={t('prov.profileRemoveOf', { name })}>
          {t('prov.profileRemove')}
        </Button>
      </div>
    </li>
  );
}

interface EntryDialogProps {
  entry: Entry | null;
  taken: readonly string[]; // one entry for each kind of selector
  words: Words;
  onKeep: (entry: Entry) => void;
  onClose: () => void;
}

function EntryDialog({ entry, taken, words, onKeep, onClose }: EntryDialogProps) {
  const { t } = useTranslation();
  const types = useQuery(selectorTypesQuery).data ?? [];
  const [draft, setDraft] = useState<EntryDraft>(() => draftOfEntry(entry));
  const [tried, setTried] = useState(false);
  const set = (change: Partial<EntryDraft>) => setDraft((previous) => ({ ...previous, ...change }));
  const lacks = tried ? lacksOfEntry(draft) : [];
  const lack = (name: EntryLack) => (lacks.includes(name) ? t(`prov.profileLack.${name}`) : undefined);
  const type = types.find((one) => one.type === draft.selector);
  const hasService = type?.fields.some((field) => field.field === 'service') ?? false;
  const keep = () => {
    setTried(true);
    const made = entryOf(draft, hasService);
    if (made) onKeep(made);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={entry ? t('prov.profileEditOf', { name: words.selector(entry.selector) }) : t('prov.profileAdd')}
      wide
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="primary" onClick={keep}>
            {t('prov.profileKeep')}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        {entry ? null : (
          <Select
            label={t('prov.profileSelector')}
            choices={types.filter((one) => !taken.includes(one.type)).map((one) => ({ id: one.type, label: words.selector(one.type) }))}
            value={draft.selector}
            onChange={(selector) => set({ selector })}
            error={lack('selector')}
            required
          />
        )}
        {hasService ? (
          <TextField
            label={t('prov.profileServices')}
            help={t('prov.profileServicesHelp')}
            rows={2}
            mono
            value={draft.services}
            onChange={(services) => set({ services })}
            optional
          />
        ) : null}
        <CheckboxGroup
          label={t('prov.profileCategories')}
          help={t('prov.profileCategoriesHelp')}
          row
          choices={words.law.categories.map(({ code }) => ({ id: code, label: words.category(code) }))}
          value={draft.categories}
          onChange={(categories) => set({ categories })}
          error={lack('categories')}
          required
        />
        <Checkbox checked={draft.needsPeriod} onChange={(needsPeriod) => set({ needsPeriod })}>
          {t('prov.profileNeedsPeriod')}
        </Checkbox>
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={t('prov.profilePeriodDays')}
            help={t('prov.profileDaysHelp')}
            inputMode="numeric"
            value={draft.periodDays}
            onChange={(periodDays) => set({ periodDays })}
            error={lack('periodDays')}
            optional
          />
          <TextField
            label={t('prov.profileHistoryDays')}
            help={t('prov.profileHistoryHelp')}
            inputMode="numeric"
            value={draft.historyDays}
            onChange={(historyDays) => set({ historyDays })}
            error={lack('historyDays')}
            optional
          />
        </div>
        <TextField label={t('prov.profileNoteJa')} rows={2} value={draft.noteJa} onChange={(noteJa) => set({ noteJa })} optional />
        <TextField label={t('prov.profileNoteEn')} rows={2} value={draft.noteEn} onChange={(noteEn) => set({ noteEn })} optional />
      </div>
    </Dialog>
  );
}
