// Approval: the paper at full width with what changed, the checks passed, the necessity; then PIN, signature, approved. Nothing is signed from a
// list, and what is signed is shown once more from the very bytes.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem } from '../../api/problem';
import { matterQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import { Banner, Button, Icon, Page, Paper, Skeleton, useNotify } from '../../components';
import { useBottomBar } from '../../hooks/useBottomBar';
import { useShortcuts } from '../../hooks/useShortcuts';
import { formatDateTime, formatNumber } from '../../i18n/format';
import { SignStep } from '../../sign/SignStep';
import { kItemsAtOnce, MoreItems, useLawNames } from '../matter/ItemsPanel';
import { StepDialog } from '../matter/StepDialog';
import { useRefreshMatter } from '../matter/use_act';
import { JudgementMark, JudgementText } from '../matters/judgement';
import { RowState } from '../matters/marks';
import { paperOfText, paperOfVersion, usePaperWords } from '../matters/paper_form';
import { counterpartyName, refusalText } from '../matters/words';

export function ApprovalPage() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id: string };
  const matter = useQuery(matterQuery(id));
  const problem = asProblem(matter.error);
  if (matter.data) return <Approval key={id} id={id} view={matter.data} />;
  return (
    <Page title={t('nav.approval')}>
      {problem ? (
        <Banner tone="danger" actions={<Button onClick={() => void matter.refetch()}>{t('app.retry')}</Button>}>
          {problem.text()}
        </Banner>
      ) : (
        <Skeleton lines={10} />
      )}
    </Page>
  );
}

interface ApprovedBody {
  text: Schema<'InquiryText'>;
  approver_name: string;
  approver_post: string;
  delegator?: string;
}

function Approval({ id, view }: { id: string; view: Schema<'MatterView'> }) {
  const { t } = useTranslation();
  const session = useSession();
  const navigate = useNavigate();
  const notify = useNotify();
  const words = usePaperWords();
  const bar = useBottomBar();
  const refresh = useRefreshMatter(id);
  const [signing, setSigning] = useState(false);
  const [returning, setReturning] = useState(false);
  const [stale, setStale] = useState(false);
  const [shown, setShown] = useState(kItemsAtOnce); // of the items, with their necessity
  const approve = view.actions.find((action) => action.name === 'approve');
  const sendBack = view.actions.find((action) => action.name === 'send_back');
  const reason = approve?.is_allowed ? null : approve ? refusalText(approve) : t('matter.notNow');
  const working = view.working;
  const before = view.previous ? { ...paperOfVersion(view.previous, words), number: null, serial: null, date: null, signed: false } : undefined;

  useShortcuts([
    { keys: 'a', label: t('keys.approve'), scope: 'approval', run: () => reason === null && setSigning(true) },
    { keys: 'r', label: t('keys.return'), scope: 'approval', run: () => sendBack?.is_allowed && setReturning(true) },
  ]);
  const onStale = useCallback(() => {
    setStale(true);
    refresh();
  }, [refresh]);
  const toDesk = () => void navigate({ to: '/' });
  const showMore = () => setShown(shown + kItemsAtOnce);
  // Nobody signs unawares what he has not seen: said beside the button, and once more where the signature is given.
  const rest = view.items.length - shown;
  const notAllSeen =
    rest > 0 ? t('approval.notAllSeen', { n: formatNumber(shown), total: formatNumber(view.items.length), rest: formatNumber(rest) }) : null;

  if (!working)
    return (
      <Page title={t('nav.approval')} mark={<RowState row={view.row} side={session.side} />}>
        <Banner tone="info" actions={<Button onClick={() => void navigate({ to: `/matters/${id}` })}>{t('approval.toMatter')}</Button>}>
          {t('approval.nothing')}
        </Banner>
      </Page>
    );
  const paper = paperOfVersion(working, words);
  return (
    <Page
      title={t('nav.approval')}
      mark={<RowState row={view.row} side={session.side} />}
      lead={`${counterpartyName(view.row)}${view.internal ? ` / ${view.internal.case_number} ${view.internal.case_title}` : ''}`}
      actions={
        <Button size="small" icon="folder" onClick={() => void navigate({ to: `/matters/${id}` })}>
          {t('approval.toMatter')}
        </Button>
      }
    >
      {stale ? <Banner tone="warn">{t('approval.stale')}</Banner> : null}
      <div className="grid items-start gap-8 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <section aria-labelledby="text-title" className="min-w-0 space-y-3">
          <h2 id="text-title" className="text-std-20B-150">
            {t('approval.text')}
          </h2>
          {before ? null : <p className="text-dns-14N-130 text-sub">{t('approval.first')}</p>}
          <Paper form={paper} before={before} />
        </section>
        <div className="min-w-0 space-y-6 xl:sticky xl:top-24">
          <Checks view={view} />
          <Necessity items={view.items} shown={shown} onMore={showMore} />
        </div>
      </div>
      <section
        ref={bar}
        aria-label={t('matter.actions')}
        className="no-print sticky bottom-0 z-10 -mx-4 flex flex-wrap items-start gap-3 border-t border-line bg-white px-4 py-3 sm:-mx-6 sm:px-6 lg:-mx-8 lg:px-8"
      >
        {notAllSeen ? (
          <p className="text-dns-16N-130 flex basis-full flex-wrap items-center gap-x-3 gap-y-1 text-care">
            <Icon name="alert" />
            <span className="min-w-0 flex-1 basis-60">{notAllSeen}</span>
            <Button size="small" icon="down" onClick={showMore}>
              {t('approval.showRest')}
            </Button>
          </p>
        ) : null}
        <Button kind="primary" icon="stamp" disabledReason={reason} onClick={() => setSigning(true)} aria-keyshortcuts="a">
          {t('action.approve')}
        </Button>
        <Button
          icon="undo"
          disabledReason={sendBack?.is_allowed ? null : sendBack ? refusalText(sendBack) : t('matter.notNow')}
          onClick={() => setReturning(true)}
          aria-keyshortcuts="r"
        >
          {t('action.return')}
        </Button>
      </section>
      <SignStep
        open={signing}
        onClose={() => setSigning(false)}
        matter={id}
        matterName={view.internal ? `${view.internal.case_number} / ${working.text.addressee}` : working.text.addressee}
        kind="inquiry.approved"
        kindName={t('nav.approval')}
        verb={t('action.approve')}
        prepare={() => take(api.POST('/api/matters/{matter}/approval/prepare', { params: { path: { matter: id } } }))}
        commit={(signed, header) => take(api.POST('/api/matters/{matter}/approval', { params: { path: { matter: id }, header }, body: signed }))}
        show={(body) => {
          const approved = body as ApprovedBody;
          return (
            <>
              {notAllSeen ? (
                <p className="text-dns-16N-130 mb-2 flex items-start gap-1.5 text-care">
                  <Icon name="alert" />
                  {notAllSeen}
                </p>
              ) : null}
              {approved.delegator ? (
                <p className="text-dns-16B-130 mb-2 flex items-center gap-1.5 text-care">
                  <Icon name="people" />
                  {t('approval.delegated')}
                </p>
              ) : null}
              <Paper form={paperOfText(approved.text, { approved: false }, words)} before={before} />
            </>
          );
        }}
        onDone={() => {
          setSigning(false);
          refresh();
          notify(t('approval.done'));
          toDesk();
        }}
        onStale={onStale}
      />
      {returning ? <StepDialog matter={id} step="send_back" release={null} onClose={() => setReturning(false)} onDone={toDesk} /> : null}
    </Page>
  );
}

const kDoubtsShown = 5;

// What has been looked at already, by whom; and what the law's table says of the items.
function Checks({ view }: { view: Schema<'MatterView'> }) {
  const { t } = useTranslation();
  const names = useLawNames();
  const [shown, setShown] = useState(kDoubtsShown);
  const last = (kind: string) => view.timeline.findLast((act) => act.kind === kind && act.effect === 'APPLIED');
  const drafted = last('inquiry.drafted');
  const checked = last('inquiry.checked');
  const judged = view.items.flatMap((item) => (item.judgement ? [{ no: item.item.no, judgement: item.judgement, item: item.item }] : []));
  const doubtful = judged.filter((one) => one.judgement.outcome !== 'ALLOW');
  const line = (ok: boolean, text: string, note?: string) => (
    <li className="flex items-start gap-2">
      <Icon name={ok ? 'checkCircle' : 'alert'} className={ok ? 'text-good' : 'text-care'} />
      <span>
        {text}
        {note ? <span className="text-dns-14N-130 block text-sub">{note}</span> : null}
      </span>
    </li>
  );
  const who = (act: Schema<'ActView'> | undefined) =>
    act ? `${act.person?.post ?? ''} ${act.person?.name ?? ''} ${formatDateTime(new Date(act.at))}`.trim() : undefined;
  return (
    <section aria-labelledby="checks-title" className="space-y-3 rounded-8 border border-line p-4">
      <h2 id="checks-title" className="text-dns-17B-130">
        {t('approval.checks')}
      </h2>
      <ul className="text-dns-16N-130 space-y-3">
        {drafted ? line(true, t('approval.drafted'), who(drafted)) : null}
        {line(
          checked !== undefined,
          checked ? t('approval.checked') : t('approval.unchecked'),
          [who(checked), checked?.note].filter(Boolean).join('\n'),
        )}
        {view.internal ? line(true, t('approval.case'), `${view.internal.case_number} ${view.internal.case_title}`) : null}
        {line(
          doubtful.length === 0,
          doubtful.length === 0
            ? t('approval.lawAll', { n: String(judged.length), count: judged.length })
            : t('approval.lawSome', { n: String(doubtful.length), count: doubtful.length }),
        )}
      </ul>
      {doubtful.slice(0, shown).map(({ no, judgement, item }) => (
        <div key={no} className="space-y-1 border-t border-line pt-3">
          <p className="flex flex-wrap items-center gap-2">
            <span className="tabular text-sub">({no})</span>
            <span className="text-dns-14N-130">{item.categories.map(names.category).join(t('matter.comma'))}</span>
            <JudgementMark judgement={judgement} />
          </p>
          <JudgementText judgement={judgement} />
        </div>
      ))}
      <MoreItems shown={shown} total={doubtful.length} onMore={() => setShown(shown + kItemsAtOnce)} />
    </section>
  );
}

function Necessity({ items, shown, onMore }: { items: readonly Schema<'ItemView'>[]; shown: number; onMore: () => void }) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="necessity-title" className="space-y-3 rounded-8 border border-line p-4">
      <h2 id="necessity-title" className="text-dns-17B-130 flex flex-wrap items-center gap-x-3 gap-y-1">
        {t('matter.necessity')}
        <span className="text-dns-14N-130 tabular text-sub">{t('list.items', { n: formatNumber(items.length), count: items.length })}</span>
        <span className="text-dns-14N-130 flex items-center gap-1 text-sub">
          <Icon name="lock" size={16} />
          {t('matter.insideOnly')}
        </span>
      </h2>
      <ol className="text-dns-16N-130 space-y-2">
        {items.slice(0, shown).map(({ item, necessity }) => (
          <li key={item.no} className="flex gap-2">
            <span className="tabular shrink-0 text-sub">({item.no})</span>
            <span className="min-w-0 whitespace-pre-line">{necessity || t('approval.noNecessity')}</span>
          </li>
        ))}
      </ol>
      <MoreItems shown={shown} total={items.length} onMore={onMore} />
    </section>
  );
}
