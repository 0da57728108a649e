// 受付・審査 of one matter: signatures first, then item by item what the law says, what is suggested, and what intake decides.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/api';
import { take } from '../../api/client';
import { asProblem } from '../../api/problem';
import { matterQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import { useWrite } from '../../api/use_write';
import { Banner, Button, Page, Skeleton, StateMark, Tabs, useNotify } from '../../components';
import { formatNumber } from '../../i18n/format';
import { MoreItems } from '../matter/ItemsPanel';
import { MatterTimeline } from '../matter/MatterTimeline';
import { Reminded } from '../matter/Reminded';
import { counterpartyName } from '../matters/words';
import { AssignDialog } from './AssignDialog';
import { DecisionEditor } from './DecisionEditor';
import { type DecisionDraft, decisionOf, draftOf, type Lack, lacks } from './decisions';
import {
  ActionBar,
  BackTo,
  DispositionMark,
  kEditorsAtOnce,
  LoadFailed,
  MatterFacts,
  MatterPaper,
  nameOfState,
  Refusal,
  useNotAllShown,
  useNumbers,
  Verification,
} from './parts';
import { type Decision, type Matter, suggestionQuery, useRefresh } from './queries';
import { ReturnDialog } from './ReasonDialogs';
import { useWords, type Words } from './words';

const kTallyFrom = 5;

export function TriagePage() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id: string };
  const words = useWords();
  const matter = useQuery({ ...matterQuery(id), refetchOnWindowFocus: false });
  const suspect = matter.data?.row.provider_state === 'SUSPECT';
  const suggestion = useQuery({ ...suggestionQuery(id), enabled: matter.isSuccess && !suspect });
  const failed = matter.error ?? suggestion.error;
  if (failed)
    return (
      <Page title={t('prov.triageTitleShort')}>
        <BackTo to="/inbox">{t('prov.backToInbox')}</BackTo>
        <LoadFailed error={failed} retry={() => void (matter.error ? matter.refetch() : suggestion.refetch())} />
      </Page>
    );
  if (!matter.data || !words || (!suspect && !suggestion.data))
    return (
      <Page title={t('prov.triageTitleShort')}>
        <Skeleton lines={8} />
      </Page>
    );
  return <Triage key={id} matter={matter.data} suggestion={suggestion.data ?? []} words={words} />;
}

function Triage({ matter, suggestion, words }: { matter: Matter; suggestion: readonly Decision[]; words: Words }) {
  const { t } = useTranslation();
  const { row } = matter;
  const session = useSession();
  const notify = useNotify();
  const navigate = useNavigate();
  const refresh = useRefresh();
  const [drafts, setDrafts] = useState<DecisionDraft[]>(() =>
    matter.items.map((item) => draftOf(item, item.decision ?? suggestion.find((one) => one.no === item.item.no))),
  );
  const [lacking, setLacking] = useState<ReadonlyMap<number, Lack[]>>(new Map());
  const [shown, setShown] = useState(kEditorsAtOnce);
  const notAllShown = useNotAllShown(shown, matter.items.length);
  const numbers = useNumbers();
  const [editing, setEditing] = useState(row.turn === 'TRIAGE');
  const [dialog, setDialog] = useState<'assign' | 'return' | null>(null);
  const params = { path: { matter: row.matter } };

  // The next step follows from the state, not from what was pressed here.
  useEffect(() => setEditing(row.turn === 'TRIAGE'), [row.turn]);

  const triage = useWrite(
    (decisions: Decision[], headers) => take(api.POST('/api/matters/{matter}/triage', { params, body: { decisions }, headers })),
    () => {
      notify(t('prov.triagedToast', { number: row.number }));
      setEditing(false);
      void refresh();
    },
  );
  const accept = useWrite(
    (_: null, headers) => take(api.POST('/api/matters/{matter}/accept', { params, body: {}, headers })),
    () => {
      notify(t('prov.acceptedToast', { number: row.number }));
      void refresh();
    },
  );

  const send = () => {
    const found = new Map<number, Lack[]>();
    matter.items.forEach((item, index) => {
      const draft = drafts[index];
      const missing = draft ? lacks('INTAKE', item, draft) : [];
      if (missing.length > 0) found.set(item.item.no, missing);
    });
    setLacking(found);
    setShown(Math.max(shown, 1 + matter.items.findLastIndex((item) => found.has(item.item.no))));
    if (found.size > 0) return;
    triage.mutate(matter.items.flatMap((item, index) => (drafts[index] ? [decisionOf(item, drafts[index])] : [])));
  };

  const isIntake = session.role === 'intake';
  const suspect = row.provider_state === 'SUSPECT';
  const mayTriage =
    isIntake &&
    ['VERIFIED', 'TRIAGED', 'LEGAL_REVIEW'].includes(row.provider_state) &&
    matter.actions.some((a) => a.name === 'triage' && a.is_allowed);
  const mayReturn = matter.actions.some((action) => action.name === 'return' && action.is_allowed);
  const problem = asProblem(triage.error);

  const items = (
    <div className="space-y-6">
      {suspect ? null : matter.items.length === 0 ? <Skeleton lines={4} /> : null}
      {lacking.size > 0 ? <Banner tone="danger">{t('prov.lackSummary', { items: numbers([...lacking.keys()]) })}</Banner> : null}
      <Refusal error={triage.error} fields={matter.items.map((_, index) => `/decisions/${index}`)} />
      {suspect ? null : <Tally drafts={drafts} />}
      {matter.items.slice(0, shown).map((item, index) => {
        const draft = drafts[index];
        if (!draft) return null;
        return (
          <DecisionEditor
            key={item.item.no}
            desk="INTAKE"
            item={item}
            index={index}
            suggestion={suggestion.find((one) => one.no === item.item.no)}
            draft={draft}
            onChange={(next) => setDrafts((all) => all.map((one) => (one.no === next.no ? next : one)))}
            lacking={lacking.get(item.item.no) ?? []}
            problem={problem}
            words={words}
            readOnly={!editing}
          />
        );
      })}
      {suspect ? null : <MoreItems shown={shown} total={matter.items.length} onMore={() => setShown(shown + kEditorsAtOnce)} />}
    </div>
  );

  const next = suspect
    ? t('prov.nextSuspect')
    : row.turn === 'TRIAGE'
      ? t('prov.nextTriage')
      : row.turn === 'ACCEPT'
        ? t('prov.nextAccept')
        : row.turn === 'ASSIGN'
          ? t('prov.nextAssign')
          : row.turn === 'LEGAL'
            ? t('prov.nextLegal')
            : t('prov.nextNone');

  return (
    <Page
      title={row.number || t('prov.triageTitleShort')}
      mark={<StateMark side="provider" state={nameOfState(row.provider_state)} />}
      lead={t('prov.triageLead', { from: counterpartyName(row), n: String(row.items) })}
      actions={<BackTo to="/inbox">{t('prov.backToInbox')}</BackTo>}
    >
      <Reminded view={matter} />
      <div className="grid gap-6 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          {suspect ? (
            <Verification matter={matter} />
          ) : (
            <Tabs
              label={row.number}
              tabs={[
                { id: 'items', label: t('prov.tabTriage'), count: matter.items.length, content: items },
                { id: 'paper', label: t('paper.label'), content: <MatterPaper matter={matter} /> },
                { id: 'acts', label: t('timeline.label'), content: <MatterTimeline id={matter.row.matter} view={matter} /> },
              ]}
            />
          )}
        </div>
        <aside className="order-first space-y-4 xl:order-none">
          {suspect ? null : <Verification matter={matter} />}
          <MatterFacts matter={matter} />
        </aside>
      </div>
      <Refusal error={accept.error} />
      <ActionBar note={mayTriage && editing ? next + notAllShown : next}>
        {isIntake && (mayReturn || suspect) ? (
          <Button icon="undo" onClick={() => setDialog('return')}>
            {t('prov.returnVerb')}
          </Button>
        ) : null}
        {mayTriage && !editing ? (
          <Button icon="pencil" onClick={() => setEditing(true)}>
            {t('prov.triageAgain')}
          </Button>
        ) : null}
        {mayTriage && editing ? (
          <Button kind="primary" icon="check" busy={triage.isPending} onClick={send}>
            {t('prov.triageVerb')}
          </Button>
        ) : null}
        {isIntake && !editing && row.turn === 'ACCEPT' ? (
          <Button kind="primary" icon="handshake" busy={accept.isPending} onClick={() => accept.mutate(null)}>
            {t('prov.acceptVerb')}
          </Button>
        ) : null}
        {isIntake && !editing && row.turn === 'ASSIGN' ? (
          <Button kind="primary" icon="person" onClick={() => setDialog('assign')}>
            {t('action.assign')}
          </Button>
        ) : null}
      </ActionBar>
      <AssignDialog
        open={dialog === 'assign'}
        matters={[{ matter: row.matter, number: row.number, turn: row.turn }]}
        onClose={() => setDialog(null)}
        onDone={() => {
          setDialog(null);
          void navigate({ to: '/inbox' });
        }}
      />
      {dialog === 'return' ? (
        <ReturnDialog
          open
          onClose={() => setDialog(null)}
          onDone={() => {
            setDialog(null);
            notify(t('prov.returnedToast', { number: row.number }));
            void refresh();
            void navigate({ to: '/inbox' });
          }}
          matter={row.matter}
          number={row.number}
          words={words}
          suspect={suspect}
        />
      ) : null}
    </Page>
  );
}

// Where the items do not fit on the screen: how many go which way, as it stands now.
function Tally({ drafts }: { drafts: readonly DecisionDraft[] }) {
  const { t } = useTranslation();
  if (drafts.length <= kTallyFrom) return null;
  const counts = new Map<Decision['disposition'], number>();
  for (const { disposition } of drafts) if (disposition) counts.set(disposition, (counts.get(disposition) ?? 0) + 1);
  const open = drafts.filter(({ disposition }) => !disposition).length;
  return (
    <ul aria-label={t('prov.tally')} className="text-dns-16N-130 tabular flex flex-wrap gap-x-6 gap-y-2 rounded-8 bg-shade px-4 py-3">
      {[...counts].map(([disposition, count]) => (
        <li key={disposition} className="flex items-center gap-2">
          <DispositionMark disposition={disposition} />
          {t('list.items', { n: formatNumber(count), count })}
        </li>
      ))}
      {open > 0 ? (
        <li>
          {t('prov.undecided')} {t('list.items', { n: formatNumber(open), count: open })}
        </li>
      ) : null}
    </ul>
  );
}
