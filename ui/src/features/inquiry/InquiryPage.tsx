// 照会を起案: addressee, items, form and due date on one page, the paper at the right while it is written. The same page writes a returned draft
// anew, the instrument after an oral inquiry, and the next version of what was sent.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Navigate, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem, restProblems } from '../../api/problem';
import { asksForReason, casesQuery, lawQuery, matterQuery, profileQuery, selectorTypesQuery, templatesQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import { useWrite } from '../../api/use_write';
import {
  Banner,
  Button,
  Checkbox,
  ComboBox,
  DateField,
  Dialog,
  Page,
  Paper,
  RadioGroup,
  Select,
  Skeleton,
  TextField,
  useNotify,
} from '../../components';
import { useBottomBar } from '../../hooks/useBottomBar';
import { useDraftStorage } from '../../hooks/useDraftStorage';
import { useShortcuts } from '../../hooks/useShortcuts';
import { i18n, language } from '../../i18n';
import { formatDate, formatNumber, formatRelative } from '../../i18n/format';
import { useActWords } from '../matter/MatterTimeline';
import { useRefreshMatter } from '../matter/use_act';
import { dayOf, inTongue, noticeText, today } from '../matters/words';
import { AddManyDialog, asCsv, importCsv, itemsOfLines, looksLikeCsv, type RowError, RowErrors, readLines } from './AddManyDialog';
import { Addressee } from './Addressee';
import { ItemCard } from './ItemCard';
import { type Lack, lackId, lacksOf, stillLacking } from './lacks';
import {
  commandOf,
  emptyForm,
  emptyItem,
  type FormItem,
  formOfDraft,
  formOfText,
  type InquiryForm,
  isBlank,
  isInquiryForm,
  itemOfDraft,
} from './model';
import { NoCases } from './Nothing';
import { useDefaultOfficer, usePreview } from './preview';
import { useJudge } from './use_judge';

const kItemsShown = 50;
const kLacksShown = 10; // in the list above the form; each is told at its field as well
const kTemplateItems = 100; // as the server has it
const kOpenedAtOnce = 10; // of the items that lack something

export function NewInquiryPage() {
  const { t } = useTranslation();
  const search = useSearch({ strict: false }) as { case?: string; template?: string };
  const templates = useQuery(templatesQuery);
  if (search.template && !templates.data && !templates.error)
    return (
      <Page title={t('nav.newInquiry')}>
        <Skeleton lines={10} />
      </Page>
    );
  const template = templates.data?.find((one) => one.id === search.template);
  const base = emptyForm(i18n.getFixedT('ja')('inq.answerHowDefault'), search.case ?? '');
  const initial = template?.draft ? formOfDraft(template.draft, base) : base;
  return (
    <Editor
      key={search.template ?? 'new'}
      initial={initial}
      name={search.template ? `inquiry-template-${search.template}` : 'inquiry-new'}
      matter={null}
      view={null}
    />
  );
}

export function EditInquiryPage() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id: string };
  const matter = useQuery({ ...matterQuery(id), staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false });
  const problem = asProblem(matter.error);
  // Somebody else's draft is not written here; it is read on its own page, which asks why.
  if (asksForReason(problem)) return <Navigate to="/matters/$id" params={{ id }} replace />;
  if (!matter.data)
    return <Page title={t('nav.newInquiry')}>{problem ? <Banner tone="danger">{problem.text()}</Banner> : <Skeleton lines={10} />}</Page>;
  const view = matter.data;
  const version = view.working ?? view.current;
  const base = emptyForm(i18n.getFixedT('ja')('inq.answerHowDefault'));
  const initial: InquiryForm = version
    ? formOfText(version.text, view.internal)
    : { ...base, to: view.oral?.to ?? '', case_id: view.oral?.internal.case_id ?? view.internal?.case_id ?? '' };
  // A day that has passed cannot be asked for again.
  if (initial.due && initial.due < today()) initial.due = '';
  // The draft on this device belongs to this very text: after another hand has changed it, it starts from the new one.
  const stamp =
    view.timeline
      .filter((act) => act.kind === 'inquiry.drafted' || act.kind === 'inquiry.dispatched')
      .at(-1)
      ?.act.slice(0, 12) ?? 'oral';
  return <Editor key={id} initial={initial} name={`inquiry-${id}-${stamp}`} matter={id} view={view} />;
}

interface EditorProps {
  initial: InquiryForm;
  name: string;
  matter: string | null;
  view: Schema<'MatterView'> | null;
}

function Editor({ initial, name, matter, view }: EditorProps) {
  const { t } = useTranslation();
  const session = useSession();
  const navigate = useNavigate();
  const notify = useNotify();
  const client = useQueryClient();
  const refresh = useRefreshMatter(matter ?? '');
  const bar = useBottomBar();
  const [start] = useState(initial);
  const draft = useDraftStorage(`${session.organisation}.${session.person}`, name, start, isInquiryForm);
  const form = draft.value;
  const [said, setSaid] = useState<{ lacks: readonly Lack[]; ready: boolean }>({ lacks: [], ready: false }); // when it was last sent
  const set = (change: Partial<InquiryForm>) => draft.set((previous) => ({ ...previous, ...change }));
  const types = useQuery(selectorTypesQuery).data ?? [];
  const law = useQuery(lawQuery).data;
  const profile = useQuery(profileQuery(form.to));
  const allCases = useQuery(casesQuery).data;
  const cases = (allCases ?? []).filter((one) => one.is_open || one.id === form.case_id);
  const judged = useJudge(form);
  const paper = usePreview(form, judged.checks);
  const [refusals, setRefusals] = useState(0);
  const [enlarged, setEnlarged] = useState(false);
  const [saving, setSaving] = useState(false);
  const [opened, setOpened] = useState<ReadonlySet<string>>(() => new Set(form.items.length <= 2 ? form.items.map((one) => one.key) : []));
  const top = useRef<HTMLDivElement>(null);

  const write = useWrite<Schema<'DraftCommand'>, Schema<'Written'>>(
    (command, header) =>
      matter
        ? take(api.PUT('/api/matters/{matter}/draft', { params: { path: { matter }, header }, body: command }))
        : take(api.POST('/api/inquiries', { params: { header }, body: command })),
    (written, command) => {
      draft.clear();
      refresh();
      void client.invalidateQueries({ queryKey: ['matters'] });
      notify(command.ready ? t('inq.handed') : t('inq.saved'));
      void navigate({ to: `/matters/${written.matter}` });
    },
  );
  const problem = asProblem(write.error);
  const isWrong = (key: string) => (judged.checks.get(key)?.errors.length ?? 0) > 0;
  const missing = said.lacks.length > 0 ? stillLacking(said.lacks, lacksOf(form, said.ready, isWrong)) : [];
  const send = (ready: boolean) => {
    const lacks = lacksOf(form, ready, isWrong);
    setSaid({ lacks, ready });
    const lacking = [...new Set(lacks.flatMap((lack) => lack.item ?? []))];
    setOpened(new Set([...opened, ...lacking.slice(0, kOpenedAtOnce)]));
    if (lacks.length > 0) setRefusals((count) => count + 1);
    else write.mutate(commandOf(form, ready));
  };
  // The summary stands on the page only after this: going there before would go nowhere.
  useEffect(() => {
    if (refusals === 0 && !problem) return;
    top.current?.scrollIntoView({ block: 'start' });
    top.current?.focus();
  }, [refusals, problem]);
  useShortcuts([{ keys: 'Ctrl+Enter', label: t('action.submit'), scope: 'all' }]);

  const words: Record<Exclude<Lack['field'], 'item'>, string> = {
    case_id: t('inq.caseMissing'),
    to: t('inq.toMissing'),
    items: t('inq.itemsMissing'),
    purpose: t('inq.purposeMissing'),
    necessity: t('inq.necessityMissing'),
    confidential: t('inq.confidentialMissing'),
  };
  // What is wrong with an item its own fields say.
  const texts = new Map(missing.flatMap((lack) => (lack.field === 'item' ? [] : [[lackId(lack), words[lack.field]] as const])));
  const error = (field: Exclude<Lack['field'], 'item' | 'purpose' | 'necessity'> | 'form' | 'due' | 'answer_how' | 'officer' | 'related') =>
    texts.get(`lack-${field}`) ?? fieldProblem(problem, field === 'confidential' ? 'confidentiality' : field);
  const shownFields = ['/to', '/case_id', '/items', '/due', '/answer_how', '/officer', '/confidentiality', '/related', '/urgency', '/form'];
  const title = view
    ? view.row.number || view.current
      ? t('inq.amendTitle', { number: view.row.number })
      : t('inq.editTitle')
    : t('nav.newInquiry');
  // Where there are several items, each lack says of which one it is.
  const several = form.items.length > 1;
  const summary = missing.map((lack) => {
    const no = formatNumber(lack.no ?? 0);
    if (lack.field === 'item') return { lack, text: t('inq.itemWrong', { no }) };
    return { lack, text: lack.no && several ? t('inq.lackOfItem', { no, text: words[lack.field] }) : words[lack.field] };
  });
  // What the server refuses is told at its item: a closed one would swallow it.
  const refused = problem?.items.flatMap(({ where }) => /^\/?items\/(\d+)\//.exec(where)?.[1] ?? []).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each refusal, whatever is typed or closed afterwards
  useEffect(() => {
    if (!refused) return;
    const sent = form.items.filter((item) => !isBlank(item));
    const keys = refused.split(',').flatMap((place) => sent[Number(place)]?.key ?? []);
    setOpened(new Set([...opened, ...keys.slice(0, kOpenedAtOnce)]));
  }, [refused, problem]);
  // The place stands on the page only once its item has been opened.
  const [goal, setGoal] = useState<string | null>(null);
  const goTo = (lack: Lack) => {
    if (lack.item) setOpened(new Set([...opened, lack.item]));
    setGoal(lackId(lack));
  };
  useEffect(() => {
    if (!goal) return;
    const place = document.getElementById(goal);
    const wrong = place?.querySelector<HTMLElement>('[data-invalid] :is(input, textarea, button):not([tabindex="-1"])');
    (wrong ?? place?.querySelector<HTMLElement>('input, textarea, button'))?.focus();
    place?.scrollIntoView({ block: 'center' });
    setGoal(null);
  }, [goal]);
  return (
    <Page
      title={title}
      lead={t('inq.lead')}
      actions={
        matter ? undefined : (
          <Button size="small" icon="clock" onClick={() => void navigate({ to: '/inquiries/oral' })}>
            {t('inq.toOral')}
          </Button>
        )
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Ctrl+Enter anywhere in the form sends it */}
      <div
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            if (!write.isPending) send(true);
          }
        }}
        className="grid items-start gap-8 xl:grid-cols-[minmax(0,1fr)_24rem]"
      >
        <div className="min-w-0 space-y-8">
          <div ref={top} tabIndex={-1} className="scroll-mt-24 space-y-3 outline-none empty:hidden">
            {draft.restoredAt ? (
              <Banner
                tone="info"
                actions={
                  <Button size="small" onClick={draft.discard}>
                    {t('field.draftDiscard')}
                  </Button>
                }
              >
                {t('field.draftRestored', { when: formatRelative(draft.restoredAt, new Date()) })}
              </Banner>
            ) : null}
            {draft.kept ? null : <Banner tone="warn">{t('inq.notKept')}</Banner>}
            {view ? <Returned view={view} onNarrow={(items) => set({ items })} form={form} /> : null}
            {summary.length > 0 ? (
              <Banner tone="danger" title={t('problem.summary', { n: formatNumber(summary.length) })}>
                <ul className="list-disc ps-5">
                  {summary.slice(0, kLacksShown).map(({ lack, text }) => (
                    <li key={lackId(lack)}>
                      <button
                        type="button"
                        onClick={() => goTo(lack)}
                        className="min-h-7 text-start text-accent underline underline-offset-4 hover:decoration-2"
                      >
                        {text}
                      </button>
                    </li>
                  ))}
                </ul>
                {summary.length > kLacksShown ? <p>{t('many.moreErrors', { n: formatNumber(summary.length - kLacksShown) })}</p> : null}
              </Banner>
            ) : null}
            {restProblems(problem, shownFields).map((item) => (
              <Banner key={item.code} tone="danger">
                {item[language()]}
              </Banner>
            ))}
            {judged.problem ? <Banner tone="warn">{judged.problem.text()}</Banner> : null}
          </div>
          {matter ? null : <Templates />}
          <Part no={1} title={t('inq.part1')}>
            <div id="lack-case_id">
              <ComboBox
                key={cases.length}
                label={t('matter.case')}
                help={t('inq.caseHelp')}
                choices={cases.map((one) => ({ id: one.id, label: `${one.number} ${one.title}`, note: one.offence }))}
                value={form.case_id || null}
                onChange={(case_id) => set({ case_id: case_id ?? '' })}
                error={error('case_id')}
                required
              />
            </div>
            {allCases && cases.length === 0 ? <NoCases /> : null}
            <div id="lack-to">
              <Addressee
                value={form.to}
                onChange={(to) => set({ to })}
                profile={profile.data}
                types={types}
                error={error('to')}
                fixed={Boolean(view?.current)}
              />
            </div>
          </Part>
          <Part no={2} id="lack-items" title={t('inq.part2')}>
            <Items
              form={form}
              set={set}
              types={types}
              law={law}
              profile={profile.data}
              checks={judged.checks}
              opened={opened}
              setOpened={setOpened}
              lackText={(field, key) => texts.get(lackId({ field, item: key }))}
              serverError={(field) => fieldProblem(problem, field)}
            />
            {error('items') ? <p className="text-dns-14N-130 text-danger">{error('items')}</p> : null}
          </Part>
          <Part no={3} title={t('inq.part3')}>
            <Terms form={form} set={set} law={law} error={error} />
          </Part>
        </div>
        <aside aria-label={t('inq.paper')} className="min-w-0 space-y-3 xl:sticky xl:top-20">
          <div className="flex items-center justify-between gap-3">
            <h2 className="text-dns-17B-130">{t('inq.paper')}</h2>
            <Button size="small" icon="search" onClick={() => setEnlarged(true)}>
              {t('inq.enlarge')}
            </Button>
          </div>
          {/* A region that scrolls takes the keyboard. */}
          <div
            {...{ role: 'group', tabIndex: 0, 'aria-label': t('paper.label') }}
            className="max-h-[70dvh] overflow-y-auto rounded-8 bg-shade p-2 xl:max-h-[calc(100dvh-10rem)]"
          >
            <div className="paper-mini">
              <Paper form={paper} />
            </div>
          </div>
        </aside>
      </div>
      <section
        ref={bar}
        aria-label={t('matter.actions')}
        className="no-print bottom-0 z-10 -mx-4 flex flex-wrap items-center gap-3 border-t border-line bg-white px-4 py-3 sm:sticky sm:-mx-6 sm:px-6 lg:-mx-8 lg:px-8"
      >
        <Button kind="primary" icon="send" busy={write.isPending} onClick={() => send(true)} aria-keyshortcuts="Control+Enter">
          {t('action.submit')}
        </Button>
        <Button icon="archive" busy={write.isPending} onClick={() => send(false)}>
          {t('inq.saveDraft')}
        </Button>
        <Button kind="plain" onClick={() => setSaving(true)}>
          {t('inq.saveTemplate')}
        </Button>
        <span className="text-dns-14N-130 tabular ms-auto text-sub">
          {judged.progress
            ? t('inq.checkingOf', { done: formatNumber(judged.progress.done), total: formatNumber(judged.progress.total) })
            : judged.busy
              ? t('inq.checking')
              : t('field.draftSaved')}
        </span>
      </section>
      {enlarged ? (
        <Dialog
          open
          onClose={() => setEnlarged(false)}
          title={t('paper.label')}
          wide
          reading={t('paper.label')}
          actions={<Button onClick={() => setEnlarged(false)}>{t('app.close')}</Button>}
        >
          <Paper form={paper} />
        </Dialog>
      ) : null}
      {saving ? <SaveTemplate form={form} onClose={() => setSaving(false)} /> : null}
    </Page>
  );
}

function Part({ no, id, title, children }: { no: number; id?: string; title: string; children: ReactNode }) {
  return (
    <section id={id} aria-labelledby={`part-${no}`} className="space-y-4">
      <h2 id={`part-${no}`} className="text-std-20B-150 flex items-center gap-3 border-b-2 border-accent pb-2">
        <span className="tabular grid size-8 shrink-0 place-content-center rounded-full bg-accent text-dns-16B-130 text-white">{no}</span>
        {title}
      </h2>
      {children}
    </section>
  );
}

// Why it came back, and what the addressee proposes instead.
function Returned({ view, form, onNarrow }: { view: Schema<'MatterView'>; form: InquiryForm; onNarrow: (items: FormItem[]) => void }) {
  const { t } = useTranslation();
  const back = view.timeline.findLast((act) => act.kind === 'inquiry.sent_back' || act.kind === 'inquiry.returned');
  const drafted = view.timeline.findLast((act) => act.kind === 'inquiry.drafted');
  const returned = back && (!drafted || Date.parse(back.at) > Date.parse(drafted.at)) ? back : null;
  const newest = view.releases.at(-1);
  const wordsOf = useActWords();
  const proposals = newest?.answer?.items.filter((one) => one.narrowing) ?? [];
  const narrow = () =>
    onNarrow(
      form.items.map((item, index) => {
        const narrowing = proposals.find((one) => one.no === index + 1)?.narrowing;
        if (!narrowing) return item;
        return {
          ...item,
          ...(narrowing.period ? { from: narrowing.period.from, until: narrowing.period.until } : {}),
          ...(narrowing.categories.length > 0 ? { categories: narrowing.categories } : {}),
        };
      }),
    );
  return (
    <>
      {returned ? (
        <Banner tone="warn" title={t('inq.returned', { name: returned.person?.name ?? '' })}>
          {wordsOf(returned).map((text) => (
            <p key={text} className="whitespace-pre-line">
              {text}
            </p>
          ))}
        </Banner>
      ) : null}
      {proposals.length > 0 ? (
        <Banner
          tone="info"
          title={t('answer.narrowing')}
          actions={
            <Button size="small" icon="narrow" onClick={narrow}>
              {t('inq.narrow')}
            </Button>
          }
        >
          {proposals
            .map((one) => one.message || one.narrowing?.message)
            .filter(Boolean)
            .join('\n')}
        </Banner>
      ) : null}
    </>
  );
}

interface ItemsProps {
  form: InquiryForm;
  set: (change: Partial<InquiryForm>) => void;
  types: readonly Schema<'SelectorTypeView'>[];
  law: Schema<'LawView'> | undefined;
  profile: Schema<'AnswerProfile'> | undefined;
  checks: ReadonlyMap<string, Schema<'ItemCheck'>>;
  opened: ReadonlySet<string>;
  setOpened: (opened: ReadonlySet<string>) => void;
  lackText: (field: 'purpose' | 'necessity', key: string) => string | undefined;
  serverError: (field: string) => string | undefined;
}

function Items({ form, set, types, law, profile, checks, opened, setOpened, lackText, serverError }: ItemsProps) {
  const { t } = useTranslation();
  const notify = useNotify();
  const [many, setMany] = useState(false);
  const [shown, setShown] = useState(kItemsShown);
  const [rowErrors, setRowErrors] = useState<readonly RowError[]>([]);
  const filled = form.items.filter((item) => !isBlank(item));
  const wrong = filled.filter((item) => (checks.get(item.key)?.errors.length ?? 0) > 0).length;
  const change = (key: string, part: Partial<FormItem>) => set({ items: form.items.map((item) => (item.key === key ? { ...item, ...part } : item)) });
  const addItems = (items: FormItem[], at?: string) => {
    if (items.length === 0) return;
    const kept = form.items.filter((item) => !isBlank(item) || (at !== undefined && item.key !== at && !isBlank(item)));
    set({ items: [...kept, ...items] });
    setOpened(new Set(items.length === 1 && items[0] ? [items[0].key] : []));
    notify(t('many.added', { n: formatNumber(items.length), count: items.length }));
  };
  const like = filled.at(-1) ?? form.items.at(-1);
  const add = () => {
    const item = emptyItem(like);
    set({ items: [...form.items, item] });
    setOpened(new Set([item.key]));
  };
  const paste = async (text: string, into: FormItem) => {
    setRowErrors([]);
    try {
      if (looksLikeCsv(text)) {
        const view = await importCsv(asCsv(text), null);
        if (view.errors.length > 0) setRowErrors(view.errors.map((one) => ({ row: one.row, column: one.column, text: inTongue(one.ja, one.en) })));
        else addItems(view.items.map(itemOfDraft), into.key);
        return;
      }
      const lines = await readLines(text, into.type);
      const bad = lines.flatMap((line, index) => (line.error ? [{ row: index + 1, column: '', text: noticeText(line.error) }] : []));
      if (bad.length > 0) setRowErrors(bad);
      else addItems(itemsOfLines(lines, into), into.key);
    } catch (caught) {
      setRowErrors([{ row: 0, column: '', text: asProblem(caught)?.text() ?? String(caught) }]);
    }
  };
  const toggle = (key: string) => {
    const next = new Set(opened);
    if (!next.delete(key)) next.add(key);
    setOpened(next);
  };
  // As many as are read at once, and beyond them whatever is open: a new item, one that lacks something.
  const places = new Map(filled.map((item, at) => [item.key, at])); // among the rows that are sent
  const numbered = form.items.map((item, at) => ({ item, no: at + 1 }));
  const beyond = numbered.slice(shown).filter(({ item }) => opened.has(item.key));
  const hidden = Math.max(0, form.items.length - shown) - beyond.length;
  const card = ({ item, no }: { item: FormItem; no: number }) => (
    <ItemCard
      key={item.key}
      no={no}
      item={item}
      open={opened.has(item.key)}
      onToggle={() => toggle(item.key)}
      onChange={(part) => change(item.key, part)}
      onRemove={form.items.length > 1 ? () => set({ items: form.items.filter((one) => one.key !== item.key) }) : null}
      onPasteLines={(text) => void paste(text, item)}
      check={checks.get(item.key)}
      types={types}
      profile={profile}
      law={law}
      lackText={(field) => lackText(field, item.key)}
      serverError={(field) => (places.has(item.key) ? serverError(`items/${places.get(item.key)}${field}`) : undefined)}
    />
  );
  return (
    <div className="space-y-3">
      <p className="text-dns-14N-130 tabular text-sub">
        {t('list.items', { n: formatNumber(filled.length), count: filled.length })}
        {wrong > 0 ? <span className="ms-2 font-700 text-danger">{t('inq.wrongItems', { n: formatNumber(wrong), count: wrong })}</span> : null}
        <span className="ms-2">{t('inq.pasteHint')}</span>
      </p>
      {rowErrors.length > 0 ? <RowErrors errors={rowErrors} capped={false} /> : null}
      <ol className="space-y-3">{numbered.slice(0, shown).map(card)}</ol>
      {hidden > 0 ? (
        <Button size="small" icon="down" onClick={() => setShown(shown + kItemsShown)}>
          {t('inq.showMore', { n: formatNumber(hidden) })}
        </Button>
      ) : null}
      {beyond.length > 0 ? <ol className="space-y-3">{beyond.map(card)}</ol> : null}
      <div className="flex flex-wrap gap-3">
        <Button icon="plus" onClick={add}>
          {t('inq.addItem')}
        </Button>
        <Button icon="upload" onClick={() => setMany(true)}>
          {t('inq.addMany')}
        </Button>
      </div>
      {many ? (
        <AddManyDialog
          types={types}
          like={like}
          onClose={() => setMany(false)}
          onAdd={(items) => {
            addItems(items);
            setMany(false);
          }}
        />
      ) : null}
    </div>
  );
}

interface TermsProps {
  form: InquiryForm;
  set: (change: Partial<InquiryForm>) => void;
  law: Schema<'LawView'> | undefined;
  error: (field: 'form' | 'due' | 'answer_how' | 'officer' | 'related' | 'confidential') => string | undefined;
}

function Terms({ form, set, law, error }: TermsProps) {
  const { t } = useTranslation();
  const own = useDefaultOfficer();
  const usual = form.urgency === 'URGENT' ? law?.deadlines.due_urgent : law?.deadlines.due_normal;
  const officer = form.officer ?? own;
  const setOfficer = (part: Partial<Schema<'Officer'>>) =>
    set({ officer: { section: '', post: '', name: '', telephone: '', extension: '', ...officer, ...part } });
  return (
    <div className="space-y-5">
      <Select
        label={t('inq.form')}
        choices={(law?.forms ?? []).map((one) => ({
          id: one.code,
          label: inTongue(one.name_ja, one.name_en),
          note: inTongue(one.article_ja, one.article_en),
        }))}
        value={form.form}
        onChange={(value) => set({ form: value })}
        error={error('form')}
        required
      />
      <div className="grid items-start gap-4 sm:grid-cols-2">
        <RadioGroup
          label={t('inq.urgency')}
          choices={(['NORMAL', 'URGENT'] as const).map((id) => ({ id, label: t(`urgency.${id}`) }))}
          value={form.urgency}
          onChange={(urgency) => set({ urgency })}
          row
        />
        <DateField
          label={t('paper.due')}
          help={usual ? t('inq.dueHelp', { day: formatDate(dayOf(usual)) }) : undefined}
          value={form.due || null}
          onChange={(due) => set({ due: due ?? '' })}
          min={today()}
          error={error('due')}
          optional
        />
      </div>
      <TextField label={t('paper.answerHow')} value={form.answer_how} onChange={(answer_how) => set({ answer_how })} error={error('answer_how')} />
      <details>
        <summary className="text-dns-16N-130 min-h-9 text-accent underline underline-offset-4">
          {t('inq.officer', { name: officer ? `${officer.section} ${officer.post} ${officer.name}`.trim() : '' })}
        </summary>
        <div className="grid gap-4 pt-3 sm:grid-cols-2">
          <TextField label={t('inq.officerSection')} value={officer?.section ?? ''} onChange={(section) => setOfficer({ section })} />
          <TextField label={t('inq.officerPost')} value={officer?.post ?? ''} onChange={(post) => setOfficer({ post })} />
          <TextField label={t('inq.officerName')} value={officer?.name ?? ''} onChange={(name) => setOfficer({ name })} error={error('officer')} />
          <TextField label={t('paper.telephone')} type="tel" value={officer?.telephone ?? ''} onChange={(telephone) => setOfficer({ telephone })} />
          <TextField label={t('inq.officerExtension')} value={officer?.extension ?? ''} onChange={(extension) => setOfficer({ extension })} />
        </div>
      </details>
      <div className="space-y-1">
        <Checkbox checked={form.withhold} onChange={(withhold) => set({ withhold })} help={t('inq.withholdHelp')}>
          {t('inq.withhold')}
        </Checkbox>
        <Checkbox checked={form.cover} onChange={(cover) => set({ cover })} help={t('inq.coverHelp')}>
          {t('inq.cover')}
        </Checkbox>
        <Checkbox checked={form.confidential} onChange={(confidential) => set({ confidential })} help={t('inq.confidentialHelp')}>
          {t('inq.confidential')}
        </Checkbox>
      </div>
      {form.confidential ? (
        <div id="lack-confidential" className="space-y-4 border-s-4 border-line ps-4">
          <TextField
            label={t('inq.confidentialReason')}
            value={form.confidentialReason}
            onChange={(confidentialReason) => set({ confidentialReason })}
            rows={2}
            error={error('confidential')}
            required
          />
          <DateField
            label={t('inq.confidentialReview')}
            help={t('inq.confidentialReviewHelp', { n: String(law?.deadlines.confidentiality_review_days ?? 0) })}
            value={form.confidentialReview || null}
            onChange={(value) => set({ confidentialReview: value ?? '' })}
            min={today()}
            optional
          />
        </div>
      ) : null}
      <TextField
        label={t('paper.related')}
        help={t('inq.relatedHelp')}
        value={form.related}
        onChange={(related) => set({ related })}
        rows={2}
        error={error('related')}
        optional
      />
    </div>
  );
}

function Templates() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { template?: string };
  const [removing, setRemoving] = useState(false);
  const templates = (useQuery(templatesQuery).data ?? []).filter((one) => one.is_active !== false && one.id);
  const chosen = templates.find((one) => one.id === search.template);
  if (templates.length === 0) return null;
  return (
    <div className="flex flex-wrap items-end gap-3">
      <Select
        label={t('inq.template')}
        help={t('inq.templateHelp')}
        choices={templates.map((one) => ({ id: one.id ?? '', label: one.name ?? '' }))}
        value={chosen?.id ?? null}
        onChange={(template) => void navigate({ to: '/inquiries/new', search: { template } })}
        className="min-w-64 flex-1"
      />
      {chosen ? (
        <Button icon="trash" onClick={() => setRemoving(true)}>
          {t('inq.removeTemplate')}
        </Button>
      ) : null}
      {removing && chosen ? <RemoveTemplate template={chosen} onClose={() => setRemoving(false)} /> : null}
    </div>
  );
}

// A template is never lost from the books: it is written once more, as one that is no longer offered.
function RemoveTemplate({ template, onClose }: { template: Schema<'TemplateCommand'>; onClose: () => void }) {
  const { t } = useTranslation();
  const notify = useNotify();
  const client = useQueryClient();
  const name = template.name ?? '';
  const write = useWrite<Schema<'TemplateCommand'>, Schema<'TemplateSaved'>>(
    (command, header) => take(api.POST('/api/templates', { params: { header }, body: command })),
    () => {
      notify(t('inq.templateRemoved', { name }));
      onClose();
      void client.invalidateQueries({ queryKey: ['templates'] });
    },
  );
  const problem = asProblem(write.error);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('inq.removeTemplate')}
      alert
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          <Button kind="danger" icon="trash" busy={write.isPending} onClick={() => write.mutate({ ...template, is_active: false })}>
            {t('inq.removeTemplate')}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        {problem ? <Banner tone="danger">{problem.text()}</Banner> : null}
        <p>{t('inq.removeTemplateText', { name })}</p>
      </div>
    </Dialog>
  );
}

function SaveTemplate({ form, onClose }: { form: InquiryForm; onClose: () => void }) {
  const { t } = useTranslation();
  const notify = useNotify();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [missing, setMissing] = useState<string>();
  const write = useWrite<Schema<'TemplateCommand'>, Schema<'TemplateSaved'>>(
    (command, header) => take(api.POST('/api/templates', { params: { header }, body: command })),
    () => {
      void client.invalidateQueries({ queryKey: ['templates'] });
      notify(t('inq.templateSaved'));
      onClose();
    },
  );
  const problem = asProblem(write.error);
  const tooMany = form.items.length > kTemplateItems;
  const save = () => {
    setMissing(name.trim() ? undefined : t('inq.templateNameMissing'));
    if (name.trim()) write.mutate({ name: name.trim(), draft: commandOf(form, false), is_active: true });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('inq.saveTemplate')}
      actions={
        <>
          <Button onClick={onClose}>{t('action.cancel')}</Button>
          {tooMany ? null : (
            <Button kind="primary" busy={write.isPending} onClick={save}>
              {t('action.save')}
            </Button>
          )}
        </>
      }
    >
      <div className="space-y-4">
        {restProblems(problem, ['/name']).map((item) => (
          <Banner key={item.code} tone="danger">
            {item[language()]}
          </Banner>
        ))}
        {tooMany ? (
          <p>{t('inq.templateTooMany', { n: formatNumber(form.items.length), max: formatNumber(kTemplateItems) })}</p>
        ) : (
          <>
            <p>{t('inq.templateText')}</p>
            <TextField
              label={t('inq.templateName')}
              value={name}
              onChange={setName}
              error={missing ?? fieldProblem(problem, '/name')}
              required
              autoFocus
            />
          </>
        )}
      </div>
    </Dialog>
  );
}
