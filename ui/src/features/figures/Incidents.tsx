// 交換網の異常: what the hub or a key did that it must not, with the evidence. An auditor writes down what he found out, which ends the alarm;
// administrators look on.
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem, fieldProblem, restProblems } from '../../api/problem';
import { useWrite } from '../../api/use_write';
import { Banner, Button, Mark, More, TextField, useNotify } from '../../components';
import { language } from '../../i18n';
import { formatDateTime, formatNumber } from '../../i18n/format';
import { inTongue } from '../matters/words';

type Incident = Schema<'IncidentView'>;

const kAtOnce = 10; // of the open ones, newest first; a hub that fails for days brings hundreds

export function Incidents({ mayExamine }: { mayExamine: boolean }) {
  const { t } = useTranslation();
  const [most, setMost] = useState(kAtOnce);
  const found = useInfiniteQuery({
    queryKey: ['incidents'],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => take(api.GET('/api/incidents', { params: { query: pageParam ? { cursor: pageParam } : {} }, signal })),
    getNextPageParam: (last) => last.next || undefined,
  });
  const problem = asProblem(found.error);
  if (problem)
    return (
      <Banner tone="danger" actions={<Button onClick={() => void found.refetch()}>{t('app.retry')}</Button>}>
        {problem.text()}
      </Banner>
    );
  // The first page tells what is open however old it is; the page where it lies tells it again.
  const pages = found.data?.pages.flatMap((page) => page.incidents) ?? [];
  const all = [...new Map(pages.map((one) => [one.id, one])).values()].sort((a, b) => b.id - a.id);
  const open = all.filter((one) => !one.examined);
  // Where nothing has happened there is nothing to say; most houses never see this.
  if (all.length === 0) return null;
  return (
    <section aria-labelledby="incidents" className="space-y-4">
      <h2 id="incidents" className="text-std-20B-150">
        {t('incident.title', { n: formatNumber(open.length) })}
      </h2>
      <p className="text-read text-pretty text-sub">{t('incident.lead')}</p>
      <ul className="space-y-3">
        {open.slice(0, most).map((one) => (
          <IncidentItem key={one.id} incident={one} mayExamine={mayExamine} />
        ))}
      </ul>
      {open.length > kAtOnce ? <More shown={Math.min(most, open.length)} total={open.length} onMore={() => setMost(most + kAtOnce)} /> : null}
      {open.length < all.length ? (
        <details className="rounded-8 border border-line">
          <summary className="cursor-pointer px-4 py-3">{t('incident.examinedOnes', { n: formatNumber(all.length - open.length) })}</summary>
          <ul className="space-y-3 px-4 pb-4">
            {all
              .filter((one) => one.examined)
              .map((one) => (
                <IncidentItem key={one.id} incident={one} mayExamine={false} />
              ))}
          </ul>
        </details>
      ) : null}
      {found.hasNextPage ? (
        <Button size="small" icon="down" busy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t('incident.older')}
        </Button>
      ) : null}
    </section>
  );
}

function IncidentItem({ incident, mayExamine }: { incident: Incident; mayExamine: boolean }) {
  const { t } = useTranslation();
  const [writing, setWriting] = useState(false);
  return (
    <li className="space-y-3 rounded-8 border border-line p-4">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        {incident.examined ? (
          <Mark tone="good" icon="checkCircle">
            {t('incident.examined')}
          </Mark>
        ) : (
          <Mark tone="danger" icon="danger">
            {t('incident.open')}
          </Mark>
        )}
        <span className="text-dns-16N-130 tabular text-sub">{formatDateTime(new Date(incident.at))}</span>
        <code className="font-mono text-dns-16N-130 text-sub">{incident.code}</code>
      </div>
      <p>{inTongue(incident.ja, incident.en)}</p>
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <details className="min-w-0 flex-1 basis-72">
          <summary className="cursor-pointer text-accent underline underline-offset-4">{t('incident.evidence')}</summary>
          <p className="pt-2 text-sub">{t('incident.about', { about: incident.about })}</p>
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard
            tabIndex={0}
            className="font-mono mt-2 max-h-80 overflow-auto rounded-8 bg-shade p-3 text-dns-16N-130 whitespace-pre-wrap wrap-anywhere"
          >
            {incident.evidence}
          </pre>
        </details>
        {mayExamine && !incident.examined && !writing ? (
          <Button size="small" icon="pencil" onClick={() => setWriting(true)}>
            {t('incident.examine')}
            <span className="sr-only"> {incident.about}</span>
          </Button>
        ) : null}
      </div>
      {mayExamine && !incident.examined && writing ? <Examine incident={incident} /> : null}
    </li>
  );
}

function Examine({ incident }: { incident: Incident }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const notify = useNotify();
  const [comment, setComment] = useState('');
  const write = useWrite(
    (body: Schema<'CommentCommand'>, headers) =>
      take(api.POST('/api/incidents/{incident}/examination', { params: { path: { incident: String(incident.id) } }, body, headers })),
    () => {
      notify(t('incident.recorded'));
      void client.invalidateQueries({ queryKey: ['incidents'] });
      void client.invalidateQueries({ queryKey: ['desk'] });
    },
  );
  const problem = asProblem(write.error);
  const rest = restProblems(problem, ['/comment']);
  return (
    <div className="space-y-4 border-t border-line pt-3">
      {rest.length > 0 ? <Banner tone="danger">{rest.map((item) => item[language()]).join('\n')}</Banner> : null}
      <TextField
        label={t('incident.finding')}
        help={t('incident.findingHelp')}
        value={comment}
        onChange={setComment}
        error={fieldProblem(problem, '/comment')}
        required
        autoFocus
        rows={3}
      />
      <Button busy={write.isPending} onClick={() => write.mutate({ comment })}>
        {t('incident.record')}
      </Button>
    </div>
  );
}
