// Beside a question of the legal desk: what this provider decided before under the same rule. About rules, never about a person.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/api';
import { take } from '../../api/client';
import { asProblem } from '../../api/problem';
import { Skeleton } from '../../components';
import { formatDate } from '../../i18n/format';
import { inTongue } from '../matters/words';
import { DispositionMark } from './parts';

export function Earlier({ matter }: { matter: string }) {
  const { t } = useTranslation();
  const earlier = useQuery({
    queryKey: ['matter', matter, 'earlier'],
    queryFn: ({ signal }) => take(api.GET('/api/matters/{matter}/earlier-decisions', { params: { path: { matter } }, signal })),
  });
  const found = earlier.data?.decisions ?? [];
  return (
    <section aria-labelledby="earlier" className="rounded-8 border border-line p-4">
      <h2 id="earlier" className="text-dns-16B-130">
        {t('prov.earlier')}
      </h2>
      {earlier.error ? <p className="mt-2 text-danger">{asProblem(earlier.error)?.text()}</p> : null}
      {earlier.isPending ? <Skeleton lines={3} /> : null}
      {earlier.data && found.length === 0 ? (
        <p className="text-dns-14N-130 mt-2 text-sub">{t('prov.earlierNone', { n: String(earlier.data.looked_at) })}</p>
      ) : null}
      {found.length > 0 ? (
        <ol className="mt-2 divide-y divide-line">
          {found.map((one) => (
            <li key={`${one.matter} ${one.no} ${one.at}`} className="space-y-1 py-3 first:pt-0 last:pb-0">
              <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <DispositionMark disposition={one.disposition} />
                <time dateTime={one.at} className="text-dns-14N-130 tabular text-sub">
                  {formatDate(new Date(one.at))}
                </time>
              </p>
              {one.comment ? (
                <p lang="ja" className="text-dns-14N-130 whitespace-pre-line">
                  {one.comment}
                </p>
              ) : null}
              <p className="text-dns-14N-130 text-sub">
                {inTongue(one.asker_ja, one.asker_en)}{' '}
                <Link to="/matters/$id" params={{ id: one.matter }} className="text-accent underline underline-offset-4">
                  {one.number}
                </Link>
              </p>
            </li>
          ))}
        </ol>
      ) : null}
    </section>
  );
}
