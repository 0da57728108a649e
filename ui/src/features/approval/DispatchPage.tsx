// The registrar's page: numbering first (document number, serial, register), then dispatch under the registrar's own signature.
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem, restProblems } from '../../api/problem';
import { matterQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import { Banner, Button, cx, Icon, Page, Paper, Skeleton, TextField, useNotify } from '../../components';
import { language } from '../../i18n';
import { SignStep } from '../../sign/SignStep';
import { StepDialog } from '../matter/StepDialog';
import { useRefreshMatter, useStep } from '../matter/use_act';
import { RowState } from '../matters/marks';
import { paperOfText, paperOfVersion, serialText, usePaperWords } from '../matters/paper_form';
import { counterpartyName, refusalText } from '../matters/words';

export function DispatchPage() {
  const { t } = useTranslation();
  const { id } = useParams({ strict: false }) as { id: string };
  const matter = useQuery(matterQuery(id));
  const problem = asProblem(matter.error);
  if (matter.data) return <Dispatch key={id} id={id} view={matter.data} />;
  return (
    <Page title={t('dispatch.title')}>
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

interface DispatchedBody {
  number: Schema<'Numbering'>;
  date: string;
}

function Dispatch({ id, view }: { id: string; view: Schema<'MatterView'> }) {
  const { t } = useTranslation();
  const session = useSession();
  const navigate = useNavigate();
  const notify = useNotify();
  const words = usePaperWords();
  const refresh = useRefreshMatter(id);
  const [signing, setSigning] = useState(false);
  const [returning, setReturning] = useState(false);
  const [stale, setStale] = useState(false);
  const onStale = useCallback(() => {
    setStale(true);
    refresh();
  }, [refresh]);
  const action = (name: string) => view.actions.find((one) => one.name === name);
  const why = (name: string) => {
    const found = action(name);
    return found?.is_allowed ? null : found ? refusalText(found) : t('matter.notNow');
  };
  const working = view.working;
  if (!working)
    return (
      <Page title={t('dispatch.title')} mark={<RowState row={view.row} side={session.side} />}>
        <Banner tone="info" actions={<Button onClick={() => void navigate({ to: `/matters/${id}` })}>{t('approval.toMatter')}</Button>}>
          {t('dispatch.nothing')}
        </Banner>
      </Page>
    );
  const numbering = working.numbering;
  const before = view.previous ? paperOfVersion(view.previous, words) : undefined;
  return (
    <Page
      title={t('dispatch.title')}
      mark={<RowState row={view.row} side={session.side} />}
      lead={`${counterpartyName(view.row)}${view.internal ? ` / ${view.internal.case_number}` : ''}`}
      actions={
        <Button size="small" icon="folder" onClick={() => void navigate({ to: `/matters/${id}` })}>
          {t('approval.toMatter')}
        </Button>
      }
    >
      {stale ? <Banner tone="warn">{t('approval.stale')}</Banner> : null}
      <ol className="grid gap-4 lg:grid-cols-2">
        <StepCard no={1} title={t('dispatch.number')} done={numbering !== undefined}>
          {numbering ? (
            <p>
              <span className="text-dns-17B-130">{numbering.document_number}</span>{' '}
              <span className="tabular text-sub" lang="ja">
                {serialText(numbering)}
              </span>
            </p>
          ) : (
            <Numbering id={id} why={why('number')} />
          )}
        </StepCard>
        <StepCard no={2} title={t('dispatch.send')} done={false}>
          <p className="text-dns-14N-130 text-sub">{t('dispatch.sendText', { name: working.text.addressee })}</p>
          <div className="flex flex-wrap items-start gap-3">
            <Button
              kind={numbering ? 'primary' : 'quiet'}
              icon="send"
              disabledReason={numbering ? why('dispatch') : t('dispatch.numberFirst')}
              onClick={() => setSigning(true)}
            >
              {t('action.dispatch')}
            </Button>
            <Button icon="undo" disabledReason={why('send_back')} onClick={() => setReturning(true)}>
              {t('action.return')}
            </Button>
          </div>
        </StepCard>
      </ol>
      <section aria-labelledby="text-title" className="space-y-3">
        <h2 id="text-title" className="text-std-20B-150">
          {t('dispatch.text')}
        </h2>
        <Paper
          form={paperOfVersion(working, words)}
          before={before ? { ...before, number: numbering ? before.number : null, date: null } : undefined}
        />
      </section>
      <SignStep
        open={signing}
        onClose={() => setSigning(false)}
        matter={id}
        matterName={numbering?.document_number ?? view.row.number}
        kind="inquiry.dispatched"
        kindName={t('dispatch.send')}
        verb={t('action.dispatch')}
        prepare={() => take(api.POST('/api/matters/{matter}/dispatch/prepare', { params: { path: { matter: id } } }))}
        commit={(signed, header) => take(api.POST('/api/matters/{matter}/dispatch', { params: { path: { matter: id }, header }, body: signed }))}
        show={(body) => {
          const dispatched = body as DispatchedBody;
          return <Paper form={paperOfText(working.text, { numbering: dispatched.number, date: dispatched.date, approved: true }, words)} />;
        }}
        onDone={(written) => {
          setSigning(false);
          refresh();
          notify(t('dispatch.done', { number: written.number }));
          void navigate({ to: '/' });
        }}
        onStale={onStale}
      />
      {returning ? (
        <StepDialog matter={id} step="send_back" release={null} onClose={() => setReturning(false)} onDone={() => void navigate({ to: '/' })} />
      ) : null}
    </Page>
  );
}

function StepCard({ no, title, done, children }: { no: number; title: string; done: boolean; children: React.ReactNode }) {
  const { t } = useTranslation();
  return (
    <li className="space-y-3 rounded-8 border border-line p-4">
      <h2 className="text-dns-17B-130 flex items-center gap-2">
        <span
          className={cx(
            'tabular grid size-7 place-content-center rounded-full text-dns-14B-130',
            done ? 'bg-good-soft text-good' : 'bg-accent-soft text-accent-strong',
          )}
        >
          {done ? <Icon name="check" size={16} /> : no}
        </span>
        {title}
        {done ? <span className="sr-only">{t('state.delivery.reached')}</span> : null}
      </h2>
      {children}
    </li>
  );
}

function Numbering({ id, why }: { id: string; why: string | null }) {
  const { t } = useTranslation();
  const notify = useNotify();
  const [own, setOwn] = useState('');
  const write = useStep(id, (written) => notify(t('dispatch.numbered', { number: written.number })));
  const problem = asProblem(write.error);
  return (
    <form
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (why === null) write.mutate({ step: 'number', body: own.trim() ? { document_number: own.trim() } : {} });
      }}
    >
      {restProblems(problem, ['/document_number']).map((item) => (
        <Banner key={item.code} tone="danger">
          {item[language()]}
        </Banner>
      ))}
      <TextField
        label={t('dispatch.own')}
        help={t('dispatch.ownHelp')}
        value={own}
        onChange={setOwn}
        optional
        error={fieldProblem(problem, '/document_number')}
      />
      <Button kind="primary" type="submit" icon="hash" busy={write.isPending} disabledReason={why}>
        {t('action.number')}
      </Button>
    </form>
  );
}
