// 監査: what the rules of inspection found in a month, each with its reason and the matters it is about, and the sample that is always drawn.
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, type Schema } from '../../api/api';
import { take } from '../../api/client';
import { asProblem } from '../../api/problem';
import { Banner, Button, DataTable, Icon, Mark, Page, Select, Skeleton } from '../../components';
import type { Tone } from '../../components/StateMark';
import { formatNumber } from '../../i18n/format';
import { rowName, useMatterColumns } from '../matters/columns';
import { inTongue } from '../matters/words';
import { AuditSearch } from './AuditSearch';
import { Incidents } from './Incidents';
import { monthName, recentMonths } from './parts';

type Finding = Schema<'AuditFindingView'>;

const tones: Record<Finding['rule'], Tone> = {
  SAME_TARGET: 'care',
  NO_PROGRESS: 'care',
  ODD_HOURS: 'care',
  CLOSE_TARGET: 'danger',
  SERIAL_GAP: 'danger',
  VIEW_WITHOUT_REASON: 'care',
  STATEMENT_UNKNOWN: 'danger',
  ORAL_NOT_FOLLOWED: 'care',
};

export function AuditPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { month?: string };
  const months = recentMonths(13);
  const month = search.month ?? months[0] ?? '';
  const audit = useQuery({
    queryKey: ['audit', month],
    queryFn: ({ signal }) => take(api.GET('/api/audit', { params: { query: { month } }, signal })),
  });
  const problem = asProblem(audit.error);
  return (
    <Page title={t('nav.audit')} lead={t('figures.auditLead')}>
      <AuditSearch />
      <Select
        label={t('figures.month')}
        choices={months.map((one) => ({ id: one, label: monthName(one) }))}
        value={month}
        onChange={(value) => void navigate({ to: '/audit', search: { month: value }, replace: true })}
        className="no-print w-56"
      />
      {problem ? (
        <Banner tone="danger" actions={<Button onClick={() => void audit.refetch()}>{t('app.retry')}</Button>}>
          {problem.text()}
        </Banner>
      ) : null}
      <Incidents mayExamine />
      {audit.data ? <Inspection view={audit.data} /> : problem ? null : <Skeleton lines={8} />}
    </Page>
  );
}

function Inspection({ view }: { view: Schema<'AuditView'> }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const columns = useMatterColumns({ updated: true });
  return (
    <>
      <section aria-labelledby="findings" className="space-y-4">
        <h2 id="findings" className="text-std-20B-150">
          {t('figures.findings', { n: formatNumber(view.findings.length) })}
        </h2>
        {view.findings.length === 0 ? (
          <p className="text-dns-16B-130 flex items-center gap-2 text-good">
            <Icon name="checkCircle" />
            {t('figures.noFindings')}
          </p>
        ) : (
          <ul className="space-y-3">
            {view.findings.map((finding, index) => (
              <FindingRow key={index} finding={finding} />
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="sample" className="space-y-2">
        <h2 id="sample" className="text-std-20B-150">
          {t('figures.sample', { n: formatNumber(view.sample.length), all: formatNumber(view.matters) })}
        </h2>
        <p className="text-read text-sub">{t('figures.sampleText')}</p>
        <DataTable
          caption={t('figures.sampleCaption')}
          captionHidden
          columns={columns}
          rows={view.sample}
          rowId={(row) => row.matter}
          rowName={rowName}
          onOpen={(row) => void navigate({ to: '/matters/$id', params: { id: row.matter } })}
          empty={<p className="py-6 text-sub">{t('figures.noSample')}</p>}
        />
      </section>
    </>
  );
}

const kMattersNamed = 20; // of one finding

function FindingRow({ finding }: { finding: Finding }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const rest = all ? 0 : finding.matters.length - kMattersNamed;
  const tone = tones[finding.rule];
  return (
    <li className="space-y-2 rounded-8 border border-line p-4">
      <Mark tone={tone} icon={tone === 'danger' ? 'danger' : 'alert'}>
        {t(`figures.rule.${finding.rule}`)}
      </Mark>
      <p>{inTongue(finding.ja, finding.en)}</p>
      {finding.person ? (
        <p className="text-dns-16N-130 text-sub">{t('figures.askPerson', { name: `${finding.person.post} ${finding.person.name}` })}</p>
      ) : null}
      {finding.statement ? (
        <Link to="/statements/$id" params={{ id: finding.statement }} className="text-accent underline underline-offset-4">
          {t('figures.toStatement')}
        </Link>
      ) : null}
      {finding.matters.length > 0 ? (
        <ul aria-label={t('figures.matters')} className="flex flex-wrap gap-x-4 gap-y-1">
          {(rest > 0 ? finding.matters.slice(0, kMattersNamed) : finding.matters).map((row) => (
            <li key={row.matter}>
              <Link to="/matters/$id" params={{ id: row.matter }} className="text-accent underline underline-offset-4">
                {rowName(row)}
              </Link>
            </li>
          ))}
        </ul>
      ) : null}
      {rest > 0 ? (
        <Button size="small" icon="down" onClick={() => setAll(true)}>
          {t('figures.mattersRest', { n: formatNumber(rest), count: rest })}
        </Button>
      ) : null}
    </li>
  );
}
