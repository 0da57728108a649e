// 法務: the question in one sentence, the rule, and a decision with its reason. Only what waits for the legal desk is decided here.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/api';
import { take } from '../../api/client';
import { asProblem } from '../../api/problem';
import { matterQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import { useWrite } from '../../api/use_write';
import { Banner, Button, Page, Skeleton, StateMark, Tabs, useNotify } from '../../components';
import { MoreItems } from '../matter/ItemsPanel';
import { MatterTimeline } from '../matter/MatterTimeline';
import { Reminded } from '../matter/Reminded';
import { counterpartyName } from '../matters/words';
import { DecisionEditor } from './DecisionEditor';
import { type DecisionDraft, decisionOf, draftOf, type Lack, lacks } from './decisions';
import { Earlier } from './Earlier';
import {
  ActionBar,
  BackTo,
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
import { type Decision, type Matter, useRefresh } from './queries';
import { useWords, type Words } from './words';

export function LegalPage() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id: string };
  const words = useWords();
  const matter = useQuery({ ...matterQuery(id), refetchOnWindowFocus: false });
  if (matter.error)
    return (
      <Page title={t('nav.legal')}>
        <BackTo to="/legal">{t('prov.backToLegal')}</BackTo>
        <LoadFailed error={matter.error} retry={() => void matter.refetch()} />
      </Page>
    );
  if (!matter.data || !words)
    return (
      <Page title={t('nav.legal')}>
        <Skeleton lines={8} />
      </Page>
    );
  return <Review key={id} matter={matter.data} words={words} />;
}

function Review({ matter, words }: { matter: Matter; words: Words }) {
  const { t } = useTranslation();
  const { row } = matter;
  const session = useSession();
  const notify = useNotify();
  const navigate = useNavigate();
  const refresh = useRefresh();
  const waiting = matter.items.filter((item) => item.decision?.disposition === 'LEGAL_REVIEW');
  const [drafts, setDrafts] = useState<DecisionDraft[]>(() => waiting.map((item) => draftOf(item, undefined)));
  const [lacking, setLacking] = useState<ReadonlyMap<number, Lack[]>>(new Map());
  const [shown, setShown] = useState(kEditorsAtOnce);
  const total = waiting.length || matter.items.length;
  const notAllShown = useNotAllShown(shown, total);
  const numbers = useNumbers();
  const decide = useWrite(
    (decisions: Decision[], headers) =>
      take(api.POST('/api/matters/{matter}/legal', { params: { path: { matter: row.matter } }, body: { decisions }, headers })),
    () => {
      notify(t('prov.legalToast', { number: row.number }));
      void refresh();
      void navigate({ to: '/legal' });
    },
  );
  const mayDecide = session.role === 'legal' && row.provider_state === 'LEGAL_REVIEW';
  const problem = asProblem(decide.error);

  const send = () => {
    const found = new Map<number, Lack[]>();
    for (const item of waiting) {
      const draft = drafts.find((one) => one.no === item.item.no);
      const missing = draft ? lacks('LEGAL', item, draft) : [];
      if (missing.length > 0) found.set(item.item.no, missing);
    }
    setLacking(found);
    setShown(Math.max(shown, 1 + waiting.findLastIndex((item) => found.has(item.item.no))));
    if (found.size > 0) return;
    decide.mutate(
      waiting.flatMap((item) => {
        const draft = drafts.find((one) => one.no === item.item.no);
        return draft ? [decisionOf(item, draft)] : [];
      }),
    );
  };

  const items = (
    <div className="space-y-6">
      {lacking.size > 0 ? <Banner tone="danger">{t('prov.lackSummary', { items: numbers([...lacking.keys()]) })}</Banner> : null}
      <Refusal error={decide.error} fields={waiting.map((_, index) => `/decisions/${index}`)} />
      {waiting.slice(0, shown).map((item, index) => {
        const draft = drafts.find((one) => one.no === item.item.no);
        if (!draft) return null;
        return (
          <div key={item.item.no} className="space-y-3">
            <p className="text-std-18B-160 text-read">
              {t('prov.legalQuestion', {
                from: counterpartyName(row),
                selector: words.selector(item.item.selector.input.type),
                wanted: item.item.asks_registration_address ? t('prov.registrationLabel') : words.categories(item.item.categories),
              })}
            </p>
            {item.decision?.comment ? (
              <p className="rounded-8 bg-shade px-4 py-2">
                <span className="text-dns-14B-130 me-2">{t('prov.intakeSays')}</span>
                {item.decision.comment}
              </p>
            ) : null}
            <DecisionEditor
              desk="LEGAL"
              item={item}
              index={index}
              draft={draft}
              onChange={(next) => setDrafts((all) => all.map((one) => (one.no === next.no ? next : one)))}
              lacking={lacking.get(item.item.no) ?? []}
              problem={problem}
              words={words}
              readOnly={!mayDecide}
            />
          </div>
        );
      })}
      {waiting.length === 0
        ? matter.items
            .slice(0, shown)
            .map((item, index) => (
              <DecisionEditor
                key={item.item.no}
                desk="LEGAL"
                item={item}
                index={index}
                draft={draftOf(item, item.decision)}
                onChange={() => {}}
                lacking={[]}
                problem={null}
                words={words}
                readOnly
              />
            ))
        : null}
      <MoreItems shown={shown} total={total} onMore={() => setShown(shown + kEditorsAtOnce)} />
    </div>
  );

  return (
    <Page
      title={row.number}
      mark={<StateMark side="provider" state={nameOfState(row.provider_state)} />}
      lead={t('prov.legalLead', { from: counterpartyName(row), n: String(waiting.length) })}
      actions={<BackTo to="/legal">{t('prov.backToLegal')}</BackTo>}
    >
      <Reminded view={matter} />
      <div className="grid gap-6 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="min-w-0">
          <Tabs
            label={row.number}
            tabs={[
              { id: 'items', label: t('prov.tabLegal'), count: waiting.length, content: items },
              { id: 'paper', label: t('paper.label'), content: <MatterPaper matter={matter} /> },
              { id: 'acts', label: t('timeline.label'), content: <MatterTimeline id={matter.row.matter} view={matter} /> },
            ]}
          />
        </div>
        <aside className="order-last space-y-4 xl:order-none">
          {session.role === 'legal' || session.role === 'auditor' ? <Earlier matter={row.matter} /> : null}
          <Verification matter={matter} />
          <MatterFacts matter={matter} />
        </aside>
      </div>
      <ActionBar note={mayDecide ? t('prov.nextDecide') + notAllShown : t('prov.nextNone')}>
        {mayDecide ? (
          <Button kind="primary" icon="scale" busy={decide.isPending} onClick={send}>
            {t('prov.legalVerb')}
          </Button>
        ) : null}
      </ActionBar>
    </Page>
  );
}
