// 確認・送付: the second person. Differences to what was asked, the rows counted again, the answer as paper, then the own signature.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem } from '../../api/problem';
import { matterQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import { useWrite } from '../../api/use_write';
import { Banner, Button, cx, Icon, Page, Skeleton, StateMark, Tabs, TextField, useNotify } from '../../components';
import { language } from '../../i18n';
import { SignStep } from '../../sign/SignStep';
import { MoreItems } from '../matter/ItemsPanel';
import { MatterTimeline } from '../matter/MatterTimeline';
import { Reminded } from '../matter/Reminded';
import { counterpartyName } from '../matters/words';
import { AnswerPaper } from './AnswerPaper';
import { Recorded } from './DecisionEditor';
import { differences } from './differences';
import {
  ActionBar,
  BackTo,
  DueText,
  ItemQuestion,
  kEditorsAtOnce,
  LoadFailed,
  MatterFacts,
  MatterPaper,
  nameOfState,
  Refusal,
  useNotAllShown,
  useNumbers,
} from './parts';
import { type Answer, type ItemAnswer, type Matter, type Source, sourcesQuery, useRefresh } from './queries';
import { SendBackDialog } from './ReasonDialogs';
import { ReadTable } from './tables';
import { useWords, type Words } from './words';

export function ReleasePage() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id: string };
  const words = useWords();
  const matter = useQuery({ ...matterQuery(id), refetchOnWindowFocus: false });
  const sources = useQuery(sourcesQuery);
  const failed = matter.error ?? sources.error;
  if (failed)
    return (
      <Page title={t('nav.release')}>
        <BackTo to="/release">{t('prov.backToRelease')}</BackTo>
        <LoadFailed error={failed} retry={() => void (matter.error ? matter.refetch() : sources.refetch())} />
      </Page>
    );
  if (!matter.data || !sources.data || !words)
    return (
      <Page title={t('nav.release')}>
        <Skeleton lines={8} />
      </Page>
    );
  const answer = matter.data.collected ?? matter.data.releases.at(-1)?.answer;
  if (!answer)
    return (
      <Page title={matter.data.row.number} mark={<StateMark side="provider" state={nameOfState(matter.data.row.provider_state)} />}>
        <BackTo to="/release">{t('prov.backToRelease')}</BackTo>
        <Banner tone="info">{t('prov.noAnswerYet')}</Banner>
      </Page>
    );
  return <Check key={id} matter={matter.data} answer={answer} sources={sources.data} words={words} />;
}

function Check({ matter, answer, sources, words }: { matter: Matter; answer: Answer; sources: readonly Source[]; words: Words }) {
  const { t } = useTranslation();
  const { row } = matter;
  const session = useSession();
  const notify = useNotify();
  const navigate = useNavigate();
  const refresh = useRefresh();
  const [counts, setCounts] = useState<Record<number, string>>(() =>
    Object.fromEntries(answer.items.filter((item) => item.tables.length === 0).map((item) => [item.no, '0'])),
  );
  const [comment, setComment] = useState('');
  const [uncounted, setUncounted] = useState<readonly number[]>([]);
  const [opened, setOpened] = useState(kEditorsAtOnce);
  const numbers = useNumbers();
  const [sendingBack, setSendingBack] = useState(false);
  const [signing, setSigning] = useState(false);
  const isHand = (source: string) => sources.find((one) => one.name === source)?.kind === 'HAND';
  const title = (source: string) => {
    const found = sources.find((one) => one.name === source);
    return found ? (language() === 'ja' ? found.title_ja : found.title_en) : source;
  };
  const paperTitle = (source: string) => sources.find((one) => one.name === source)?.title_ja ?? source;
  const params = { path: { matter: row.matter } };

  const check = useWrite(
    (body: { row_counts: { no: number; rows: number }[]; comment: string }, headers) =>
      take(api.POST('/api/matters/{matter}/check-answer', { params, body, headers })),
    () => {
      notify(t('prov.checkedToast'));
      void refresh();
    },
  );
  const onStale = useCallback(() => void refresh(), [refresh]);
  const isReleaser = session.role === 'releaser';
  const counting = isReleaser && row.provider_state === 'COLLECTED';
  const releasing = isReleaser && row.provider_state === 'CHECKED';
  const found = differences(matter, answer, isHand);
  const problem = asProblem(check.error);
  // What is not counted, or was counted wrong, is on the page.
  const lacking = answer.items.findLastIndex((item, index) => uncounted.includes(item.no) || fieldProblem(problem, `/row_counts/${index}`));
  const shown = Math.max(opened, lacking + 1);
  const notAllShown = useNotAllShown(shown, answer.items.length);

  const send = () => {
    const open = answer.items.filter((item) => !/^\d{1,6}$/.test((counts[item.no] ?? '').trim())).map((item) => item.no);
    setUncounted(open);
    if (open.length > 0) return;
    check.mutate({
      row_counts: answer.items.map((item) => ({ no: item.no, rows: Number((counts[item.no] ?? '').trim()) })),
      comment: comment.trim(),
    });
  };

  return (
    <Page
      title={row.number}
      mark={<StateMark side="provider" state={nameOfState(row.provider_state)} />}
      lead={
        <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <span>{t('prov.releaseLead', { from: counterpartyName(row), name: answer.preparer })}</span>
          <DueText row={row} />
        </span>
      }
      actions={<BackTo to="/release">{t('prov.backToRelease')}</BackTo>}
    >
      <Reminded view={matter} />
      <Differences found={found} />
      {uncounted.length > 0 ? <Banner tone="danger">{t('prov.uncounted', { items: numbers(uncounted) })}</Banner> : null}
      <Refusal error={check.error} fields={answer.items.map((_, index) => `/row_counts/${index}`).concat('/comment')} />
      <Tabs
        label={row.number}
        tabs={[
          {
            id: 'items',
            label: counting ? t('prov.tabCount') : t('prov.tabItems'),
            count: answer.items.length,
            content: (
              <div className="space-y-6">
                {answer.items.slice(0, shown).map((given, index) => (
                  <CountItem
                    key={given.no}
                    matter={matter}
                    given={given}
                    words={words}
                    title={title}
                    counting={counting}
                    count={counts[given.no] ?? ''}
                    onCount={(count) => setCounts((all) => ({ ...all, [given.no]: count }))}
                    error={
                      uncounted.includes(given.no) && !/^\d{1,6}$/.test((counts[given.no] ?? '').trim())
                        ? t('prov.countMissing')
                        : fieldProblem(problem, `/row_counts/${index}`)
                    }
                  />
                ))}
                <MoreItems shown={shown} total={answer.items.length} onMore={() => setOpened(shown + kEditorsAtOnce)} />
                {counting ? (
                  <TextField
                    label={t('prov.checkComment')}
                    optional
                    rows={2}
                    value={comment}
                    onChange={setComment}
                    error={fieldProblem(problem, '/comment')}
                  />
                ) : null}
              </div>
            ),
          },
          {
            id: 'paper',
            label: t('prov.tabPreview'),
            content: <AnswerPaper matter={matter} answer={answer} organisation={session.organisation_name_ja} releaser={null} titles={paperTitle} />,
          },
          {
            id: 'asked',
            label: t('paper.label'),
            content: (
              <div className="grid gap-6 xl:grid-cols-[minmax(0,1fr)_20rem]">
                <MatterPaper matter={matter} />
                <MatterFacts matter={matter} />
              </div>
            ),
          },
          { id: 'acts', label: t('timeline.label'), content: <MatterTimeline id={matter.row.matter} view={matter} /> },
        ]}
      />
      <ActionBar note={counting ? t('prov.nextCount') + notAllShown : releasing ? t('prov.nextRelease') + notAllShown : t('prov.nextNone')}>
        {counting || releasing ? (
          <Button icon="undo" onClick={() => setSendingBack(true)}>
            {t('action.return')}
          </Button>
        ) : null}
        {counting ? (
          <Button kind="primary" icon="people" busy={check.isPending} onClick={send}>
            {t('prov.checkVerb')}
          </Button>
        ) : null}
        {releasing ? (
          <Button kind="primary" icon="send" onClick={() => setSigning(true)}>
            {t('action.release')}
          </Button>
        ) : null}
      </ActionBar>
      <SendBackDialog
        open={sendingBack}
        onClose={() => setSendingBack(false)}
        onDone={() => {
          setSendingBack(false);
          notify(t('prov.sentBackToast', { number: row.number }));
          void refresh();
          void navigate({ to: '/release' });
        }}
        matter={row.matter}
      />
      <SignStep
        open={signing}
        onClose={() => setSigning(false)}
        matter={row.matter}
        matterName={row.number}
        kind="answer.released"
        kindName={t('prov.kindRelease')}
        verb={t('action.release')}
        prepare={() => take(api.POST('/api/matters/{matter}/release/prepare', { params }))}
        commit={(signed, header) => take(api.POST('/api/matters/{matter}/release', { params: { ...params, header }, body: signed }))}
        show={(body) => (
          <AnswerPaper
            matter={matter}
            answer={(body as { answer: Answer }).answer}
            organisation={session.organisation_name_ja}
            releaser={`${session.post} ${session.name}`.trim()}
            titles={paperTitle}
            whole
          />
        )}
        onDone={() => {
          setSigning(false);
          notify(t('prov.releasedToast', { number: row.number }));
          void refresh();
          void navigate({ to: '/release' });
        }}
        onStale={onStale}
      />
    </Page>
  );
}

function Differences({ found }: { found: ReturnType<typeof differences> }) {
  const { t } = useTranslation();
  if (found.length === 0)
    return (
      <p className="fc-edge flex items-start gap-2 rounded-8 border border-good-line bg-good-soft p-4 text-good">
        <Icon name="checkCircle" className="mt-0.5" />
        {t('prov.noDifferences')}
      </p>
    );
  return (
    <section aria-labelledby="differences" className="rounded-8 border border-line p-4">
      <h2 id="differences" className="text-dns-16B-130 pb-2">
        {t('prov.differences')}
      </h2>
      <ul className="space-y-2">
        {found.map((one) => (
          <li key={`${one.no}${one.kind}`} className="flex items-start gap-2">
            <Icon
              name={one.side === 'much' ? 'alert' : one.side === 'little' ? 'half' : 'info'}
              className={cx('mt-1', one.side === 'note' ? 'text-accent' : 'text-care')}
            />
            <span>
              <span className={cx('text-dns-14B-130 me-2', one.side === 'note' ? 'text-accent' : 'text-care')}>{t(`prov.side.${one.side}`)}</span>
              {t('prov.itemNo', { n: String(one.no) })}: {t(`prov.difference.${one.kind}`, { count: one.n, n: String(one.n) })}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface CountItemProps {
  matter: Matter;
  given: ItemAnswer;
  words: Words;
  title: (source: string) => string;
  counting: boolean;
  count: string;
  onCount: (count: string) => void;
  error: string | undefined;
}

function CountItem({ matter, given, words, title, counting, count, onCount, error }: CountItemProps) {
  const { t } = useTranslation();
  const item = matter.items.find((one) => one.item.no === given.no);
  const heading = `count-${given.no}`;
  return (
    <section aria-labelledby={heading} className="rounded-12 border border-line">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-3 sm:px-6">
        <h2 id={heading} className="text-dns-17B-130">
          {t('prov.itemNo', { n: String(given.no) })}
        </h2>
        <StateMark side="result" state={given.result} />
      </div>
      <div className="grid gap-6 p-4 sm:p-6 xl:grid-cols-[16rem_minmax(0,1fr)]">
        <div className="space-y-4">
          <h3 className="text-dns-14B-130 text-sub">{t('prov.asAsked')}</h3>
          {item ? <ItemQuestion item={item} words={words} /> : null}
          {item ? <Recorded item={item} words={words} /> : null}
        </div>
        <div className="min-w-0 space-y-4">
          <h3 className="text-dns-14B-130 text-sub">{t('prov.asAnswered')}</h3>
          {given.reason ? <p>{words.reasonSentence(given.reason)}</p> : null}
          {given.message ? <p className="whitespace-pre-line">{given.message}</p> : null}
          {given.tables.map((table, index) => (
            <ReadTable
              key={index}
              label={t('prov.tableOf', { source: given.provenance[index] ? title(given.provenance[index].source) : t('prov.handTable') })}
              columns={table.columns}
              rows={table.rows}
            />
          ))}
          {given.files.length > 0 ? (
            <ul aria-label={t('file.list')} className="divide-y divide-line rounded-8 border border-line">
              {given.files.map((file) => (
                <li key={file.sha256 + file.name} className="flex flex-wrap items-center justify-between gap-2 px-3 py-2">
                  <a
                    href={`/api/matters/${matter.row.matter}/files/${file.sha256}?name=${encodeURIComponent(file.name)}`}
                    className="flex items-center gap-2 text-accent underline underline-offset-4"
                  >
                    <Icon name="download" />
                    {file.name}
                  </a>
                  <span className="text-dns-14N-130 font-mono text-sub">SHA-256 {file.sha256.slice(0, 16)}…</span>
                </li>
              ))}
            </ul>
          ) : null}
          {given.tables.length === 0 && given.files.length === 0 && !given.message && !given.reason ? <p className="text-sub">―</p> : null}
          {counting ? (
            given.tables.length > 0 ? (
              <TextField
                label={t('prov.count')}
                help={t('prov.countHelp')}
                inputMode="numeric"
                required
                value={count}
                onChange={onCount}
                error={error}
                className="max-w-64"
              />
            ) : (
              <p className="text-dns-14N-130 text-sub">{t('prov.countNone')}</p>
            )
          ) : null}
        </div>
      </div>
    </section>
  );
}
