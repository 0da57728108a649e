// The page of a matter, for either side: what it is, whose turn it is, what this person can do now.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/api';
import { asProblem } from '../../api/problem';
import { asksForReason, matterQuery } from '../../api/queries';
import { type Session, useSession } from '../../api/session';
import { Banner, Button, cx, Icon, Page, Paper, Skeleton, Tabs } from '../../components';
import { useBottomBar } from '../../hooks/useBottomBar';
import { language } from '../../i18n';
import { formatDateTime } from '../../i18n/format';
import { FileLink } from '../figures/parts';
import { DueDay, RowState } from '../matters/marks';
import { paperOfVersion, usePaperWords } from '../matters/paper_form';
import { counterpartyName, noticeText, refusalText, subjectText } from '../matters/words';
import { Answers } from './Answers';
import { type ActionName, isActionName, lookOf, nextAfterReading } from './actions';
import { EvidenceDialog } from './EvidenceDialog';
import { FindingDialog } from './FindingDialog';
import { ItemsPanel, kItemsAtOnce } from './ItemsPanel';
import { MatterTimeline } from './MatterTimeline';
import { ReasonForm } from './ReasonForm';
import { Reminded } from './Reminded';
import { type DialogStep, isDialogStep, StepDialog } from './StepDialog';

export function MatterPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  return <OneMatter key={id} id={id} />;
}

function OneMatter({ id }: { id: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { reason?: string };
  const [reason, setReason] = useState(search.reason ?? '');
  const [asking, setAsking] = useState(false);
  // A reason that came with the address goes to the server and nowhere else: not into the history of the browser.
  useEffect(() => {
    if (!search.reason) return;
    setReason(search.reason);
    void navigate({ to: '/matters/$id', params: { id }, search: {}, replace: true });
  }, [search.reason, id, navigate]);
  const matter = useQuery(matterQuery(id, reason));
  const problem = asProblem(matter.error);
  if (asksForReason(problem) || (asking && matter.isPending && matter.isFetching))
    return (
      <ReasonForm
        given={reason}
        problem={problem}
        busy={matter.isFetching}
        onGive={(words) => {
          setAsking(true);
          if (words === reason) void matter.refetch();
          else setReason(words);
        }}
      />
    );
  if (matter.data) return <MatterBody id={id} view={matter.data} problem={problem?.text()} />;
  return (
    <Page title={t('nav.matter')}>
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

interface Open {
  step: DialogStep;
  release: string | null;
}

function MatterBody({ id, view, problem }: { id: string; view: Schema<'MatterView'>; problem?: string }) {
  const { t } = useTranslation();
  const session = useSession();
  const [open, setOpen] = useState<Open | null>(null);
  const [finding, setFinding] = useState(false);
  const [taking, setTaking] = useState(false);
  const { row } = view;
  const can = (name: ActionName) => view.actions.some((action) => action.name === name && action.is_allowed);
  const start = (name: DialogStep, release?: string) => setOpen({ step: name, release: release ?? releaseFor(name, view) });
  return (
    <Page
      title={row.number || (row.state === 'ORAL' ? t('matter.oral') : t('matter.titleUnnumbered'))}
      mark={<RowState row={row} side={session.side} />}
      lead={<span className="font-mono">{subjectText(row.subject)}</span>}
      actions={
        <>
          {view.current || view.working ? (
            <FileLink href={`/api/matters/${id}/paper.pdf?language=${language().toUpperCase()}`}>{t('figures.paperPdf')}</FileLink>
          ) : null}
          <Button icon="print" size="small" onClick={() => print()}>
            {t('action.print')}
          </Button>
        </>
      }
    >
      {problem ? <Banner tone="danger">{problem}</Banner> : null}
      {view.warnings.map((warning) => (
        <Banner key={warning.code + warning.where} tone="warn">
          {noticeText(warning)}
        </Banner>
      ))}
      <Reminded view={view} />
      <Head view={view} session={session} />
      {view.oral ? <Oral oral={view.oral} /> : null}
      <div className="grid items-start gap-8 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="min-w-0 space-y-8">
          <Answers
            matter={id}
            number={row.number}
            releases={view.releases}
            items={view.items}
            side={session.side}
            can={can}
            onStep={(name, release) => start(name, release)}
          />
          {view.items.length > 0 ? <ItemsPanel items={view.items} inside={session.side === 'AGENCY'} /> : null}
          <Papers view={view} />
        </div>
        <div className="min-w-0 space-y-6">
          <Evidence steps={view.evidence} />
          <section aria-labelledby="timeline-title" className="space-y-3">
            <h2 id="timeline-title" className="text-std-20B-150">
              {t('timeline.label')}
            </h2>
            <MatterTimeline id={id} view={view} />
          </section>
        </div>
      </div>
      <ActionBar
        id={id}
        actions={view.actions}
        next={nextAfterReading(view)}
        onStep={(name) => start(name)}
        onEvidence={() => setTaking(true)}
        onFinding={session.role === 'auditor' ? () => setFinding(true) : null}
      />
      {open ? <StepDialog matter={id} step={open.step} release={open.release} onClose={() => setOpen(null)} /> : null}
      {finding ? <FindingDialog matter={id} onClose={() => setFinding(false)} /> : null}
      {taking ? <EvidenceDialog matter={id} number={row.number} onClose={() => setTaking(false)} /> : null}
    </Page>
  );
}

// The answer a step is about, when the button does not stand beside one.
function releaseFor(name: DialogStep, view: Schema<'MatterView'>): string | null {
  const newest = [...view.releases].reverse();
  switch (name) {
    case 'retrieve':
      return newest.find((one) => !one.is_retrieved && !one.is_overridden)?.act ?? null;
    case 'open_answer':
      return (newest.find((one) => one.is_retrieved && !one.is_open && !one.is_purged) ?? newest.find((one) => one.is_retrieved))?.act ?? null;
    case 'decline_narrowing':
      return newest.find((one) => one.results.some((result) => result.result === 'NARROWING_PROPOSED'))?.act ?? newest[0]?.act ?? null;
    default:
      return null;
  }
}

function Head({ view, session }: { view: Schema<'MatterView'>; session: Session }) {
  const { t } = useTranslation();
  const { row } = view;
  const turn = row.is_my_turn
    ? t('matter.yourTurn', { what: row.turn === 'NONE' ? '' : t(`turn.${row.turn}`) })
    : row.turn === 'NONE'
      ? t(row.is_open ? 'matter.otherSide' : 'matter.nobody')
      : [t(`turn.${row.turn}`), row.turn_names.join(' ')].filter(Boolean).join(' ');
  return (
    <dl className="text-dns-16N-130 grid grid-cols-1 gap-x-8 gap-y-3 rounded-8 border border-line bg-white p-4 xs:grid-cols-2 lg:grid-cols-4">
      <Fact label={t('matter.turn')} strong={row.is_my_turn}>
        {turn}
      </Fact>
      <Fact label={t('matter.due')}>
        <DueDay row={row} long />
        {row.urgency === 'URGENT' ? <span className="ms-2 font-700 text-care">{t('matter.urgent')}</span> : null}
      </Fact>
      <Fact label={session.side === 'AGENCY' ? t('matter.addressee') : t('matter.asker')}>{counterpartyName(row)}</Fact>
      {view.internal ? (
        <Fact label={t('matter.case')}>
          <Link to="/matters" search={{ case_number: view.internal.case_number }} className="text-accent underline underline-offset-4">
            {view.internal.case_number}
          </Link>{' '}
          {view.internal.case_title}
        </Fact>
      ) : null}
      {session.side === 'AGENCY' ? (
        <Fact label={t('matter.charge')}>{row.in_charge ?? row.drafter ?? '―'}</Fact>
      ) : (
        <Fact label={t('matter.assigned')}>{view.assigned.map((one) => one.name).join(t('matter.comma')) || '―'}</Fact>
      )}
      {view.verification.length > 0 ? (
        <Fact label={t('matter.verification')}>
          {view.verification.every((step) => step.ok) ? (
            <span className="inline-flex items-center gap-1 font-700 text-good">
              <Icon name="shield" size={16} />
              {t('matter.verified')}
            </span>
          ) : (
            <span className="inline-flex items-center gap-1 font-700 text-danger">
              <Icon name="danger" size={16} />
              {t('matter.suspect')}
            </span>
          )}
        </Fact>
      ) : null}
    </dl>
  );
}

function Fact({ label, strong, children }: { label: string; strong?: boolean; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-dns-14N-130 text-sub">{label}</dt>
      <dd className={cx('mt-0.5', strong && 'font-700 text-accent-strong')}>{children}</dd>
    </div>
  );
}

function Oral({ oral }: { oral: Schema<'OralBody'> }) {
  const { t } = useTranslation();
  return (
    <Banner tone="warn" title={t('oral.stub')}>
      <p className="whitespace-pre-line">{oral.summary}</p>
      <p className="text-dns-14N-130 mt-1">
        {t('oral.askedAt', { at: formatDateTime(new Date(oral.asked_at)) })} {t('oral.followBy', { at: formatDateTime(new Date(oral.follow_by)) })}
      </p>
    </Banner>
  );
}

// The papers: the one in the making, the one that was sent, the one before it; differences marked against what was sent.
function Papers({ view }: { view: Schema<'MatterView'> }) {
  const { t } = useTranslation();
  const words = usePaperWords();
  const previous = view.previous ? paperOfVersion(view.previous, words) : undefined;
  const tabs: { id: string; label: string; content: ReactNode }[] = [];
  const add = (id: string, version: Schema<'VersionView'> | undefined, label: string, before?: ReturnType<typeof paperOfVersion>) => {
    if (!version) return;
    const draftOnly = before && before.number !== null && version.numbering === undefined;
    const form = paperOfVersion(version, words);
    tabs.push({
      id,
      label,
      content: (
        <Paper
          form={form}
          stretch={kItemsAtOnce}
          before={before && draftOnly ? { ...before, number: null, serial: null, date: null, signed: form.signed } : before}
        />
      ),
    });
  };
  add('working', view.working, t('matter.working', { n: String(view.working?.version ?? 1) }), previous);
  add('current', view.current, t('matter.sent', { n: String(view.current?.version ?? 1) }), view.working ? undefined : previous);
  if (!view.working) add('previous', view.previous, t('matter.previous', { n: String(view.previous?.version ?? 1) }));
  if (tabs.length === 0) return null;
  return (
    <section aria-labelledby="paper-title" className="paper-page space-y-3">
      <h2 id="paper-title" className="text-std-20B-150">
        {t('paper.label')}
      </h2>
      {tabs.length === 1 ? tabs[0]?.content : <Tabs label={t('paper.label')} tabs={tabs} />}
    </section>
  );
}

function Evidence({ steps }: { steps: readonly Schema<'StepEvidence'>[] }) {
  const { t } = useTranslation();
  if (steps.length === 0) return null;
  return (
    <section aria-labelledby="evidence-title" className="space-y-3">
      <h2 id="evidence-title" className="text-std-20B-150">
        {t('state.delivery.label')}
      </h2>
      <ol className="rounded-8 border border-line">
        {steps.map((step) => (
          <li
            key={step.step}
            className="text-dns-16N-130 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 border-b border-line px-3 py-2 last:border-b-0 sm:max-xl:grid-cols-[auto_10rem_minmax(0,1fr)]"
          >
            <Icon
              name={step.at ? 'checkCircle' : step.is_late ? 'alert' : 'clock'}
              className={step.at ? 'text-good' : step.is_late ? 'text-care' : 'text-sub'}
            />
            <span className="font-700">{t(`evidence.${step.step as 'DISPATCHED'}`)}</span>
            {step.at ? (
              <time dateTime={step.at} className="tabular text-dns-14N-130 col-start-2 sm:max-xl:col-start-3">
                {formatDateTime(new Date(step.at))}
              </time>
            ) : (
              <span className={cx('text-dns-14N-130 col-start-2 sm:max-xl:col-start-3', step.is_late ? 'font-700 text-care' : 'text-sub')}>
                {step.is_late ? t('evidence.late') : t('evidence.waiting')}
              </span>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

// The allowed steps stand ready at the foot; the others are one press away, disabled, each with its reason.
interface ActionBarProps {
  id: string;
  actions: readonly Schema<'Action'>[];
  next: ActionName | null; // instead of opening what lies open
  onStep: (step: DialogStep) => void;
  onEvidence: () => void;
  onFinding: (() => void) | null; // the audit's own step
}

function ActionBar({ id, actions, next, onStep, onEvidence, onFinding }: ActionBarProps) {
  const { t } = useTranslation();
  const bar = useBottomBar();
  const navigate = useNavigate();
  const known = actions.flatMap((action) => (isActionName(action.name) ? [{ ...action, name: action.name }] : []));
  const allowed = known.filter((action) => action.is_allowed);
  const refused = known.filter((action) => !action.is_allowed);
  const usual = allowed.find((action) => action.is_primary)?.name;
  const primary = usual === 'open_answer' ? (allowed.find((action) => action.name === next)?.name ?? usual) : usual;
  const press = (name: ActionName) => {
    const to = lookOf(name).to;
    if (to) void navigate({ to: to(id) });
    else if (name === 'evidence') onEvidence();
    else if (isDialogStep(name)) onStep(name);
  };
  if (known.length === 0 && !onFinding) return null;
  return (
    <section
      ref={bar}
      aria-label={t('matter.actions')}
      className="no-print sticky bottom-0 z-10 -mx-4 border-t border-line bg-white px-4 py-3 sm:-mx-6 sm:px-6 lg:-mx-8 lg:px-8"
    >
      <div className="flex flex-wrap items-start gap-3">
        {allowed.length === 0 && !onFinding ? <p className="text-dns-16N-130 py-2 text-sub">{t('matter.noActions')}</p> : null}
        {[...allowed]
          .sort((a, b) => Number(b.name === primary) - Number(a.name === primary))
          .map((action) => (
            <Button
              key={action.name}
              kind={action.name === primary ? 'primary' : 'quiet'}
              icon={lookOf(action.name).icon}
              onClick={() => press(action.name)}
            >
              {t(`step.${action.name}`)}
            </Button>
          ))}
        {onFinding ? (
          <Button kind={primary ? 'quiet' : 'primary'} icon="shield" onClick={onFinding}>
            {t('finding.record')}
          </Button>
        ) : null}
      </div>
      {refused.length > 0 ? (
        <details className="mt-2">
          <summary className="text-dns-14N-130 inline-flex min-h-8 items-center text-sub underline underline-offset-4">
            {t('matter.refused', { n: String(refused.length), count: refused.length })}
          </summary>
          <ul className="flex max-h-[40dvh] flex-wrap items-start gap-x-6 gap-y-3 overflow-y-auto py-2">
            {refused.map((action) => (
              <li key={action.name} className="max-w-sm">
                <Button size="small" icon={lookOf(action.name).icon} disabledReason={refusalText(action)}>
                  {t(`step.${action.name}`)}
                </Button>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </section>
  );
}
