// 回答作業: left the item as asked with its rule, right what the sources returned, row by row; below its result. One item at a time.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem } from '../../api/problem';
import { matterQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import { useWrite } from '../../api/use_write';
import { Banner, Button, cx, DateField, EmptyState, Page, Select, Skeleton, StateMark, TextField, useNotify } from '../../components';
import { useDraftStorage } from '../../hooks/useDraftStorage';
import { useShortcuts } from '../../hooks/useShortcuts';
import { i18n, language } from '../../i18n';
import { formatDateTime, formatNumber } from '../../i18n/format';
import { Reminded } from '../matter/Reminded';
import { counterpartyName } from '../matters/words';
import { Attachments } from './Attachments';
import {
  type AnswerDraft,
  type AnswerLack,
  answerLacks,
  buildAnswer,
  carriesData,
  type HandTable,
  type HandTables,
  type ItemDraft,
  isDeclined,
  loadDraft,
  openItems,
  reasonUsesFor,
  resultsFor,
  type StruckWords,
} from './answer_draft';
import { Recorded } from './DecisionEditor';
import { forgetHand, recallHand, rememberHand } from './hand_memory';
import { ActionBar, BackTo, DueText, ItemQuestion, JudgementBox, LoadFailed, MatterFacts, MatterPaper, nameOfState, Refusal } from './parts';
import { type Matter, type MatterItem, type Source, sourcesQuery, useRefresh } from './queries';
import { HandEntry, LookupTable } from './tables';
import { useWords, type Words } from './words';

const kLacksShown = 10; // each is told at its field as well

export function AnsweringPage() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id: string };
  const words = useWords();
  const matter = useQuery({ ...matterQuery(id), refetchOnWindowFocus: false });
  const sources = useQuery(sourcesQuery);
  const failed = matter.error ?? sources.error;
  if (failed)
    return (
      <Page title={t('nav.answering')}>
        <BackTo to="/answering">{t('prov.backToAnswering')}</BackTo>
        <LoadFailed error={failed} retry={() => void (matter.error ? matter.refetch() : sources.refetch())} />
      </Page>
    );
  if (!matter.data || !sources.data || !words)
    return (
      <Page title={t('nav.answering')}>
        <Skeleton lines={8} />
      </Page>
    );
  return <Workspace key={id} matter={matter.data} sources={sources.data} words={words} />;
}

// What goes out is Japanese whatever the language of the interface.
function struckWords(): StruckWords {
  const t = i18n.getFixedT('ja');
  return { prefix: t('prov.struckPrefix'), write: (source, rows, reason) => t('prov.struckLine', { source, n: String(rows), reason }) };
}

function isDraft(value: unknown): value is AnswerDraft {
  const draft = value as Partial<AnswerDraft> | null;
  return (
    typeof draft === 'object' &&
    draft !== null &&
    Array.isArray(draft.items) &&
    typeof draft.minutes === 'string' &&
    typeof draft.completeness === 'string'
  );
}

function Workspace({ matter, sources, words }: { matter: Matter; sources: readonly Source[]; words: Words }) {
  const { t } = useTranslation();
  const { row } = matter;
  const session = useSession();
  const notify = useNotify();
  const navigate = useNavigate();
  const refresh = useRefresh();
  const struck = useMemo(struckWords, []);
  const isHand = (source: string) => sources.find((one) => one.name === source)?.kind === 'HAND';
  const paperTitle = (source: string) => sources.find((one) => one.name === source)?.title_ja ?? source;
  const [initial] = useState(() => loadDraft(matter, isHand, paperTitle, struck));
  // Cells typed by hand are customers' data: they are saved on the server, never in this browser's storage.
  const kept = useDraftStorage<AnswerDraft>(session.person, `answer.${row.matter}.${row.version}`, initial.draft, isDraft);
  const owner = `${session.person}.${row.matter}.${row.version}`;
  const [hand, setHandShown] = useState<HandTables>(() => recallHand(owner) ?? initial.hand);
  const [dirty, setDirty] = useState(() => recallHand(owner) !== null);
  const setHand = (next: (previous: HandTables) => HandTables) =>
    setHandShown((previous) => {
      const tables = next(previous);
      rememberHand(owner, tables);
      return tables;
    });
  const [chosen, setChosen] = useState(0);
  const [refusals, setRefusals] = useState(0);
  const top = useRef<HTMLDivElement>(null);
  const [lacking, setLacking] = useState<ReadonlyMap<number, AnswerLack[]>>(new Map()); // when it was last handed in

  const items = openItems(matter);
  // A draft kept from an older state of the matter: only its items that still exist.
  const draft: AnswerDraft = {
    ...kept.value,
    items: items.flatMap((one) => {
      const own = (from: AnswerDraft) => from.items.find((candidate) => candidate.no === one.item.no);
      return own(kept.value) ?? own(initial.draft) ?? [];
    }),
  };
  // What has been given since is no longer said to be missing.
  const now = lacking.size > 0 ? answerLacks(draft, hand, matter, isHand) : lacking;
  const missing: ReadonlyMap<number, AnswerLack[]> = new Map(
    [...lacking].flatMap(([no, lacks]) => {
      const left = lacks.filter((lack) => now.get(no)?.includes(lack));
      return left.length > 0 ? [[no, left] as const] : [];
    }),
  );
  const choose = (no: number) => setChosen(items.findIndex((candidate) => candidate.item.no === no));
  const item = items[Math.min(chosen, items.length - 1)];
  const one = draft.items.find((candidate) => candidate.no === item?.item.no);

  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [dirty]);

  useShortcuts([
    { keys: ']', label: t('prov.keyNextItem'), scope: 'list', run: () => setChosen((at) => Math.min(items.length - 1, at + 1)) },
    { keys: '[', label: t('prov.keyPreviousItem'), scope: 'list', run: () => setChosen((at) => Math.max(0, at - 1)) },
  ]);

  const change = (part: Partial<AnswerDraft>) => {
    setDirty(true);
    kept.set((previous) => ({ ...previous, items: draft.items, ...part }));
  };
  const setItem = (next: Partial<ItemDraft>) =>
    change({ items: draft.items.map((candidate) => (candidate.no === item?.item.no ? { ...candidate, ...next } : candidate)) });
  const setTables = (tables: HandTable[]) => {
    setDirty(true);
    if (item) setHand((all) => ({ ...all, [item.item.no]: tables }));
    if (one && !one.result && tables.some((table) => table.rows.some((cells) => cells.some(Boolean)))) setItem({ result: 'ANSWERED' });
  };

  const params = { path: { matter: row.matter } };
  const collect = useWrite(
    (ready: boolean, headers) =>
      take(
        api.POST('/api/matters/{matter}/collect', { params, body: { answer: buildAnswer(draft, hand, matter, paperTitle, struck), ready }, headers }),
      ),
    (_, ready) => {
      setDirty(false);
      kept.clear();
      forgetHand();
      notify(ready ? t('prov.toCheckToast', { number: row.number }) : t('prov.savedToast'));
      void refresh();
      if (ready) void navigate({ to: '/answering' });
    },
  );
  const lookUp = useWrite(
    (body: { no: number; source: string }, headers) => take(api.POST('/api/matters/{matter}/lookups', { params, body, headers })),
    (found) => {
      // A form by hand opens as a table to fill in; a source that holds nothing suggests the result.
      if (isHand(found.provenance.source)) {
        const tables = hand[found.no] ?? [];
        if (!tables.some((table) => table.lookup === found.act))
          setHand((all) => ({
            ...all,
            [found.no]: [...tables, { key: found.act, lookup: found.act, columns: found.table.columns, rows: [found.table.columns.map(() => '')] }],
          }));
      } else if (
        found.table.rows.length === 0 &&
        !one?.result &&
        matter.lookups.every((lookup) => lookup.no !== found.no || lookup.table.rows.length === 0)
      ) {
        setItem({ result: 'NONE_HELD', reason: 'NO_DATA_HELD' });
      }
      void refresh();
    },
  );

  const isOperator = session.role === 'operator';
  const atWork = row.provider_state === 'ASSIGNED' || (row.provider_state === 'COLLECTED' && isOperator);
  const problem = asProblem(collect.error);

  const send = (ready: boolean) => {
    const found = ready ? answerLacks(draft, hand, matter, isHand) : new Map<number, AnswerLack[]>();
    setLacking(found);
    const first = [...found.keys()].find((no) => no > 0);
    if (first !== undefined) choose(first);
    if (found.size === 0) collect.mutate(ready);
    else setRefusals((count) => count + 1);
  };
  const told = [...missing].flatMap(([no, lacks]) => lacks.map((lack) => ({ no, lack })));
  // The list of what is missing stands on the page only after this.
  useEffect(() => {
    if (refusals === 0) return;
    top.current?.scrollIntoView({ block: 'start' });
    top.current?.focus();
  }, [refusals]);
  const withResult = draft.items.filter((candidate) => candidate.result).length;

  return (
    <Page
      title={row.number}
      mark={<StateMark side="provider" state={nameOfState(row.provider_state)} />}
      lead={
        <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <span>{t('prov.triageLead', { from: counterpartyName(row), n: String(row.items) })}</span>
          <DueText row={row} />
        </span>
      }
      actions={<BackTo to="/answering">{t('prov.backToAnswering')}</BackTo>}
    >
      <Reminded view={matter} />
      <SentBackNote matter={matter} />
      {kept.restoredAt ? (
        <Banner
          tone="info"
          actions={
            <Button size="small" onClick={kept.discard}>
              {t('field.draftDiscard')}
            </Button>
          }
        >
          {t('field.draftRestored', { when: formatDateTime(kept.restoredAt) })}
        </Banner>
      ) : null}
      <div ref={top} tabIndex={-1} className="scroll-mt-24 outline-none empty:hidden">
        {told.length > 0 ? (
          <Banner tone="danger" title={t('problem.summary', { n: formatNumber(told.length) })}>
            <ul className="list-disc ps-5">
              {told.slice(0, kLacksShown).map(({ no, lack }) => (
                <li key={`${no}${lack}`}>
                  {no > 0 ? (
                    <button
                      type="button"
                      onClick={() => choose(no)}
                      className="min-h-7 text-start text-accent underline underline-offset-4 hover:decoration-2"
                    >
                      {t('prov.itemNo', { n: String(no) })}: {t(`prov.answerLack.${lack}`)}
                    </button>
                  ) : (
                    t(`prov.answerLack.${lack}`)
                  )}
                </li>
              ))}
            </ul>
            {told.length > kLacksShown ? <p>{t('many.moreErrors', { n: formatNumber(told.length - kLacksShown) })}</p> : null}
          </Banner>
        ) : null}
      </div>
      <Refusal error={collect.error} />
      {items.length === 0 || !item || !one ? (
        <EmptyState title={t('prov.nothingOpen')} icon="checkCircle">
          {t('prov.nothingOpenText')}
        </EmptyState>
      ) : (
        <>
          <ItemStrip items={items} draft={draft} chosen={items.indexOf(item)} onChoose={setChosen} missing={missing} />
          <div className="grid gap-6 lg:grid-cols-[minmax(0,5fr)_minmax(0,7fr)]">
            <section aria-labelledby="question" className="min-w-0">
              <div className="space-y-4 lg:sticky lg:top-[calc(var(--header-height,4rem)+1rem)]">
                <h2 id="question" className="text-std-20B-150">
                  {t('prov.question', { n: String(item.item.no) })}
                </h2>
                <ItemQuestion item={item} words={words} />
                <JudgementBox judgement={item.judgement} words={words} />
                <Recorded item={item} words={words} />
              </div>
            </section>
            <section aria-labelledby="found" className="min-w-0 space-y-4 lg:border-s lg:border-line lg:ps-6">
              <h2 id="found" className="text-std-20B-150">
                {t('prov.found')}
              </h2>
              <Refusal error={lookUp.error} />
              <Sources
                item={item}
                matter={matter}
                sources={sources}
                busy={lookUp.isPending ? lookUp.variables.source : null}
                onLookUp={(source) => lookUp.mutate({ no: item.item.no, source })}
                mayLookUp={isOperator && atWork}
              />
              {matter.lookups
                .filter((lookup) => lookup.no === item.item.no && !isHand(lookup.provenance.source))
                .map((lookup) => (
                  <LookupTable
                    key={lookup.act}
                    lookup={lookup}
                    title={titleOf(sources, lookup.provenance.source)}
                    ticked={one.ticked[lookup.act] ?? []}
                    onTick={(ticked) =>
                      setItem({
                        ticked: { ...one.ticked, [lookup.act]: ticked },
                        ...(ticked.length > 0 && (!one.result || one.result === 'NONE_HELD') ? { result: 'ANSWERED', reason: null } : {}),
                      })
                    }
                    reason={one.struck[lookup.act] ?? ''}
                    onReason={(reason) => setItem({ struck: { ...one.struck, [lookup.act]: reason } })}
                    error={
                      missing.get(one.no)?.includes('struck') && !(one.struck[lookup.act] ?? '').trim() ? t('prov.answerLack.struck') : undefined
                    }
                  />
                ))}
              {(hand[item.item.no] ?? []).map((table) => {
                const lookup = matter.lookups.find((candidate) => candidate.act === table.lookup);
                const tables = hand[item.item.no] ?? [];
                return (
                  <HandEntry
                    key={table.key}
                    title={lookup ? titleOf(sources, lookup.provenance.source) : t('prov.handTable')}
                    lookup={lookup}
                    table={table}
                    onChange={(next) => setTables(tables.map((candidate) => (candidate.key === table.key ? next : candidate)))}
                    onRemove={() => setTables(tables.filter((candidate) => candidate.key !== table.key))}
                  />
                );
              })}
              {isOperator && atWork && resultsFor(item, isDeclined(matter, item.item.no)).some(carriesData) ? (
                <Button
                  size="small"
                  icon="plus"
                  onClick={() =>
                    setTables([...(hand[item.item.no] ?? []), { key: `hand-${Date.now()}`, lookup: null, columns: ['', ''], rows: [['', '']] }])
                  }
                >
                  {t('prov.handAdd')}
                </Button>
              ) : null}
            </section>
          </div>
          <ResultForm
            key={item.item.no}
            matter={matter}
            item={item}
            one={one}
            index={draft.items.filter((candidate) => candidate.result).indexOf(one)}
            setItem={setItem}
            missing={missing.get(one.no) ?? []}
            problem={problem}
            words={words}
          />
          <WholeForm draft={draft} change={change} missing={missing.get(0) ?? []} problem={problem} />
        </>
      )}
      <details className="rounded-8 border border-line">
        <summary className="text-dns-16B-130 min-h-12 px-4 py-3">{t('prov.showPaper')}</summary>
        <div className="grid gap-6 p-4 pt-0 xl:grid-cols-[minmax(0,1fr)_20rem]">
          <MatterPaper matter={matter} />
          <MatterFacts matter={matter} />
        </div>
      </details>
      <ActionBar note={<span className="tabular">{t('prov.progress', { n: String(withResult), total: String(items.length) })}</span>}>
        <Button
          disabledReason={atWork ? null : t('prov.notAtWork')}
          busy={collect.isPending && collect.variables === false}
          onClick={() => send(false)}
        >
          {t('action.save')}
        </Button>
        <Button
          kind="primary"
          icon="people"
          disabledReason={atWork ? null : t('prov.notAtWork')}
          busy={collect.isPending && collect.variables === true}
          onClick={() => send(true)}
        >
          {t('action.toSecondCheck')}
        </Button>
      </ActionBar>
    </Page>
  );
}

function titleOf(sources: readonly Source[], name: string): string {
  const source = sources.find((one) => one.name === name);
  return source ? (language() === 'ja' ? source.title_ja : source.title_en) : name;
}

// Why the second person sent it back: first thing the operator reads.
function SentBackNote({ matter }: { matter: Matter }) {
  const { t } = useTranslation();
  const last = matter.timeline.findLast(
    (act) => ['answer.sent_back', 'answer.collected', 'answer.checked'].includes(act.kind) && act.effect === 'APPLIED',
  );
  if (last?.kind !== 'answer.sent_back' || !last.note) return null;
  return (
    <Banner tone="warn" title={t('prov.sentBackNote', { name: last.person?.name ?? '' })}>
      {last.note}
    </Banner>
  );
}

interface StripProps {
  items: readonly MatterItem[];
  draft: AnswerDraft;
  chosen: number;
  onChoose: (index: number) => void;
  missing: ReadonlyMap<number, AnswerLack[]>;
}

const kStripItems = 40; // about three lines of them
const kStripMarked = 12; // of more only what has a result says so

// The items side by side; of very many a stretch, with the way to the next ones and to what has no result yet.
function ItemStrip({ items, draft, chosen, onChoose, missing }: StripProps) {
  const { t } = useTranslation();
  if (items.length < 2) return null;
  const start = Math.floor(chosen / kStripItems) * kStripItems;
  const end = Math.min(start + kStripItems, items.length);
  const results = new Map(draft.items.map((one) => [one.no, one.result]));
  const isOpen = (index: number) => !results.get(items[index]?.item.no ?? 0);
  const places = items.map((_, index) => index);
  const nextOpen = [...places.slice(chosen + 1), ...places.slice(0, chosen)].find(isOpen);
  return (
    <nav aria-label={t('paper.items')} className="space-y-2">
      {items.length > kStripItems ? (
        <div className="flex flex-wrap items-center gap-3">
          <span className="text-dns-16N-130 tabular">
            {t('prov.stripPlace', { from: formatNumber(start + 1), until: formatNumber(end), total: formatNumber(items.length) })}
          </span>
          {start > 0 ? (
            <Button size="small" icon="left" onClick={() => onChoose(start - kStripItems)}>
              {t('prov.stripBack')}
            </Button>
          ) : null}
          {end < items.length ? (
            <Button size="small" icon="right" onClick={() => onChoose(end)}>
              {t('prov.stripOn')}
            </Button>
          ) : null}
          {nextOpen === undefined ? null : (
            <Button size="small" icon="search" onClick={() => onChoose(nextOpen)}>
              {t('prov.stripNextOpen')}
            </Button>
          )}
        </div>
      ) : null}
      <ul className="flex flex-wrap gap-2">
        {items.slice(start, end).map((item, at) => {
          const index = start + at;
          const here = index === chosen;
          return (
            <li key={item.item.no}>
              <button
                type="button"
                aria-current={here ? 'true' : undefined}
                onClick={() => onChoose(index)}
                className={cx(
                  'text-dns-14N-130 flex min-h-11 items-center gap-2 rounded-8 border px-3 py-1.5 hover:bg-shade',
                  here ? 'border-accent border-2 bg-accent-soft font-700' : missing.has(item.item.no) ? 'border-danger' : 'border-line',
                )}
              >
                {t('prov.itemShort', { n: String(item.item.no) })}
                {results.get(item.item.no) || items.length <= kStripMarked ? (
                  <StateMark side="result" state={results.get(item.item.no) ?? 'PENDING'} />
                ) : (
                  <span className="sr-only">{t('state.result.PENDING')}</span>
                )}
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

interface SourcesProps {
  item: MatterItem;
  matter: Matter;
  sources: readonly Source[];
  busy: string | null;
  onLookUp: (source: string) => void;
  mayLookUp: boolean;
}

function Sources({ item, matter, sources, busy, onLookUp, mayLookUp }: SourcesProps) {
  const { t } = useTranslation();
  const fitting = sources.filter((source) => source.selectors.includes(item.item.selector.input.type));
  if (item.decision?.disposition !== 'ACCEPT' && !isDeclined(matter, item.item.no))
    return <p className="flex items-start gap-2 rounded-8 bg-shade p-4">{t('prov.noLookup')}</p>;
  if (fitting.length === 0) return <p className="rounded-8 bg-shade p-4">{t('prov.noSource')}</p>;
  return (
    <ul className="divide-y divide-line rounded-8 border border-line">
      {fitting.map((source) => {
        const done = matter.lookups.filter((lookup) => lookup.no === item.item.no && lookup.provenance.source === source.name).length;
        return (
          <li key={source.name} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-3 py-2">
            <span>
              <span className="text-dns-16N-130 block">{titleOf(sources, source.name)}</span>
              <span className="text-dns-14N-130 text-sub">{t(`prov.sourceKind.${source.kind as 'SQL' | 'CSV' | 'HAND'}`)}</span>
            </span>
            <Button
              size="small"
              kind={done === 0 ? 'primary' : 'quiet'}
              icon={source.kind === 'HAND' ? 'pencil' : 'search'}
              busy={busy === source.name}
              disabledReason={mayLookUp ? null : t('prov.notAtWork')}
              onClick={() => onLookUp(source.name)}
              aria-label={t(source.kind === 'HAND' ? 'prov.openFormIn' : done === 0 ? 'prov.lookUpIn' : 'prov.lookUpAgainIn', {
                title: titleOf(sources, source.name),
              })}
            >
              {source.kind === 'HAND' ? t('prov.openForm') : done === 0 ? t('prov.lookUp') : t('prov.lookUpAgain')}
            </Button>
          </li>
        );
      })}
    </ul>
  );
}

interface ResultFormProps {
  matter: Matter;
  item: MatterItem;
  one: ItemDraft;
  index: number; // in the list that is sent
  setItem: (part: Partial<ItemDraft>) => void;
  missing: readonly AnswerLack[];
  problem: ReturnType<typeof asProblem>;
  words: Words;
}

function ResultForm({ matter, item, one, index, setItem, missing, problem, words }: ResultFormProps) {
  const { t } = useTranslation();
  const results = resultsFor(item, isDeclined(matter, item.item.no));
  const reasons = words.reasonsOf(reasonUsesFor(one.result, item));
  const at = (field: string) => fieldProblem(problem, `/answer/items/${index}/${field}`);
  return (
    <section aria-labelledby="result" className="space-y-5 rounded-12 border border-line p-4 sm:p-6">
      <h2 id="result" className="text-std-20B-150">
        {t('prov.resultTitle', { n: String(item.item.no) })}
      </h2>
      <div className="grid gap-4 md:grid-cols-3">
        <Select
          label={t('prov.result')}
          required
          value={one.result}
          onChange={(result) => setItem({ result, reason: result === 'NONE_HELD' ? 'NO_DATA_HELD' : null })}
          choices={results.map((id) => ({ id, label: t(`state.result.${id}`), note: t(`prov.resultNote.${id}`) }))}
          help={results.length === 1 ? t('prov.resultFixed') : undefined}
          error={missing.includes('result') ? t('prov.answerLack.result') : at('result')}
        />
        {reasons.length > 0 ? (
          <Select
            label={t('prov.reason')}
            required={one.result === 'REFUSED'}
            value={one.reason}
            onChange={(reason) => setItem({ reason })}
            choices={reasons.map((id) => ({ id, label: words.reason(id), note: words.reasonSentence(id) }))}
            error={missing.includes('reason') ? t('prov.answerLack.reason') : at('reason')}
          />
        ) : null}
        {carriesData(one.result) || one.result === 'NONE_HELD' ? (
          <DateField
            label={t('prov.reachesBack')}
            help={t('prov.reachesBackHelp')}
            optional
            value={one.reachesBack}
            onChange={(reachesBack) => setItem({ reachesBack })}
            error={at('reaches_back')}
          />
        ) : null}
      </div>
      <TextField
        label={t('prov.message')}
        help={one.reason ? t('prov.messageAdds', { sentence: words.reasonSentence(one.reason) }) : t('prov.messageHelp')}
        optional
        rows={3}
        value={one.message}
        onChange={(message) => setItem({ message })}
        error={at('message')}
      />
      {missing.includes('data') || at('tables') ? <Banner tone="danger">{at('tables') ?? t('prov.answerLack.data')}</Banner> : null}
      {carriesData(one.result) ? <Attachments matter={matter.row.matter} files={one.files} onChange={(files) => setItem({ files })} /> : null}
    </section>
  );
}

interface WholeFormProps {
  draft: AnswerDraft;
  change: (part: Partial<AnswerDraft>) => void;
  missing: readonly AnswerLack[];
  problem: ReturnType<typeof asProblem>;
}

function WholeForm({ draft, change, missing, problem }: WholeFormProps) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="whole" className="space-y-5 rounded-12 border border-line p-4 sm:p-6">
      <h2 id="whole" className="text-std-20B-150">
        {t('prov.whole')}
      </h2>
      <div className="grid gap-4 md:grid-cols-3">
        <TextField
          label={t('prov.reference')}
          help={t('prov.referenceHelp')}
          optional
          value={draft.reference}
          onChange={(reference) => change({ reference })}
          error={fieldProblem(problem, '/answer/reference')}
        />
        <TextField
          label={t('prov.minutes')}
          help={t('prov.minutesHelp')}
          inputMode="numeric"
          optional
          value={draft.minutes}
          onChange={(minutes) => change({ minutes })}
          error={missing.includes('minutes') ? t('prov.answerLack.minutes') : fieldProblem(problem, '/answer/minutes')}
        />
        <TextField
          label={t('prov.yen')}
          help={t('prov.yenHelp')}
          inputMode="numeric"
          optional
          value={draft.yen}
          onChange={(yen) => change({ yen })}
          error={missing.includes('yen') ? t('prov.answerLack.yen') : fieldProblem(problem, '/answer/yen')}
        />
      </div>
      <TextField
        label={t('prov.completeness')}
        help={t('prov.completenessHelp')}
        optional
        rows={2}
        value={draft.completeness}
        onChange={(completeness) => change({ completeness })}
        error={fieldProblem(problem, '/answer/completeness')}
      />
      <div>
        <Button size="small" onClick={() => change({ completeness: i18n.getFixedT('ja')('prov.completenessText') })}>
          {t('prov.completenessFill')}
        </Button>
      </div>
    </section>
  );
}
