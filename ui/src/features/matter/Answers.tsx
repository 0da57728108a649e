// The answers of a matter: first that one is there and with which results; then receipt; then opening, with a reason that stays on record;
// then tables and files.
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/api';
import { Banner, Button, Icon, More, StateMark } from '../../components';
import { language } from '../../i18n';
import { formatBytes, formatDate, formatDateTime, formatNumber } from '../../i18n/format';
import { FileLink } from '../figures/parts';
import { dayOf, periodText } from '../matters/words';
import { csvName, csvOf, saveFile } from './answer_csv';
import { useLawNames } from './ItemsPanel';

export interface AnswersProps {
  matter: string;
  number: string; // of the inquiry; the files that are saved bear it
  releases: readonly Schema<'ReleaseView'>[];
  items: readonly Schema<'ItemView'>[];
  side: Schema<'Side'>;
  can: (name: 'retrieve' | 'open_answer') => boolean;
  onStep: (name: 'retrieve' | 'open_answer', release: string) => void;
}

export function Answers({ matter, number, releases, items, side, can, onStep }: AnswersProps) {
  const { t } = useTranslation();
  if (releases.length === 0) return null;
  return (
    <section aria-labelledby="answers-title" className="space-y-3">
      <h2 id="answers-title" className="text-std-20B-150">
        {t('answer.title')}
      </h2>
      {[...releases].reverse().map((release) => (
        <article key={release.act} className="space-y-4 rounded-8 border border-line p-3 sm:p-4">
          <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
            <div>
              <h3 className="text-dns-17B-130">{t('answer.of', { at: formatDateTime(new Date(release.at)) })}</h3>
              <p className="text-dns-14N-130 text-sub">
                {[
                  release.releaser_name ? `${release.releaser_post} ${release.releaser_name}`.trim() : '',
                  release.answer?.reference ? t('answer.reference', { text: release.answer.reference }) : '',
                  t('answer.version', { n: String(release.version) }),
                ]
                  .filter(Boolean)
                  .join(t('matter.slash'))}
              </p>
            </div>
            <div className="no-print flex flex-wrap gap-3">
              {side === 'AGENCY' && !release.is_retrieved && !release.is_overridden && can('retrieve') ? (
                <Button icon="inbox" onClick={() => onStep('retrieve', release.act)}>
                  {t('step.retrieve')}
                </Button>
              ) : null}
              {side === 'AGENCY' && release.is_retrieved && !release.is_open && !release.is_purged && !release.is_overridden && can('open_answer') ? (
                <Button icon="eye" onClick={() => onStep('open_answer', release.act)}>
                  {t('step.open_answer')}
                </Button>
              ) : null}
              {release.is_open && !release.is_purged ? (
                <FileLink href={`/api/matters/${matter}/releases/${release.act}/cover.pdf?language=${language().toUpperCase()}`}>
                  {t('figures.coverPdf')}
                </FileLink>
              ) : null}
            </div>
          </div>
          {release.is_overridden ? <Banner tone="warn">{t('answer.overridden')}</Banner> : null}
          {release.is_purged ? <Banner tone="info">{t('answer.purged')}</Banner> : null}
          {side === 'AGENCY' && release.is_retrieved && !release.is_open && !release.is_purged && !release.is_overridden ? (
            <p className="text-dns-14N-130 flex items-start gap-1 text-sub">
              <Icon name="lock" size={16} className="mt-px" />
              {t('answer.sealed')}
            </p>
          ) : null}
          <ul className="space-y-4">
            {release.results.map((result) => (
              <ItemAnswer
                key={result.no}
                matter={matter}
                number={number}
                result={result}
                answer={release.is_open || !release.answer ? release.answer?.items.find((one) => one.no === result.no) : outline(release, result.no)}
                selector={items.find((one) => one.item.no === result.no)?.item.selector.display}
                open={release.is_open}
              />
            ))}
          </ul>
          {release.is_open && release.answer?.completeness ? (
            <p className="text-dns-14N-130 border-t border-line pt-3 text-sub">{t('answer.completeness', { text: release.answer.completeness })}</p>
          ) : null}
        </article>
      ))}
    </section>
  );
}

const outline = (release: Schema<'ReleaseView'>, no: number) => release.answer?.items.find((one) => one.no === no);

interface ItemAnswerProps {
  matter: string;
  number: string;
  result: Schema<'ResultFact'>;
  answer: Schema<'ItemAnswer'> | undefined;
  selector: string | undefined;
  open: boolean;
}

function ItemAnswer({ matter, number, result, answer, selector, open }: ItemAnswerProps) {
  const { t } = useTranslation();
  const names = useLawNames();
  return (
    <li className="space-y-2">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="tabular text-sub">({result.no})</span>
        {selector ? <span className="font-mono">{selector}</span> : null}
        <StateMark side="result" state={result.result} />
        <span className="text-dns-14N-130 tabular text-sub">
          {[
            result.rows > 0 ? t('answer.rows', { n: formatNumber(result.rows), count: result.rows }) : '',
            result.files > 0 ? t('answer.files', { n: formatNumber(result.files), count: result.files }) : '',
          ]
            .filter(Boolean)
            .join(t('matter.comma'))}
        </span>
      </p>
      {result.reason ? <p className="text-dns-16N-130">{t('answer.reason', { text: names.reason(result.reason) })}</p> : null}
      {answer?.message ? <p className="whitespace-pre-line">{answer.message}</p> : null}
      {answer?.narrowing ? (
        <div className="rounded-8 bg-care-soft p-3">
          <p className="text-dns-16B-130 text-care">{t('answer.narrowing')}</p>
          <p>
            {[periodText(answer.narrowing.period), answer.narrowing.categories.map(names.category).join(t('matter.comma'))]
              .filter(Boolean)
              .join(t('matter.slash'))}
          </p>
          {answer.narrowing.message ? <p>{answer.narrowing.message}</p> : null}
        </div>
      ) : null}
      {open && answer ? (
        <>
          {answer.tables.map((table, index) => (
            <AnswerTable
              key={index}
              table={table}
              caption={
                answer.tables.length > 1
                  ? t('answer.tableNo', { no: String(result.no), n: String(index + 1) })
                  : t('answer.tableOf', { no: String(result.no) })
              }
              file={csvName(number || matter, result.no, index + 1)}
            />
          ))}
          {answer.files.length > 0 ? (
            <ul className="space-y-1">
              {answer.files.map((file) => (
                <li key={file.sha256}>
                  <a
                    href={`/api/matters/${matter}/files/${file.sha256}?name=${encodeURIComponent(file.name)}`}
                    download={file.name}
                    className="inline-flex min-h-9 items-center gap-2 text-accent underline underline-offset-4 hover:decoration-2"
                  >
                    <Icon name="download" />
                    {file.name}
                    <span className="text-dns-14N-130 tabular text-sub">{formatBytes(file.bytes)}</span>
                  </a>
                  <span className="text-dns-14N-130 block break-all font-mono text-sub">SHA-256 {file.sha256}</span>
                </li>
              ))}
            </ul>
          ) : null}
          {answer.provenance.length > 0 ? (
            <p className="text-dns-14N-130 text-sub">
              {answer.provenance
                .map((one) =>
                  t('answer.provenance', { source: one.source, at: formatDateTime(new Date(one.at)), n: formatNumber(one.rows), count: one.rows }),
                )
                .join(t('matter.slash'))}
              {answer.reaches_back ? ` ${t('answer.reachesBack', { day: formatDate(dayOf(answer.reaches_back)) })}` : ''}
            </p>
          ) : null}
        </>
      ) : null}
    </li>
  );
}

const kRowsAtOnce = 100;

function AnswerTable({ table, caption, file }: { table: Schema<'Table'>; caption: string; file: string }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(kRowsAtOnce);
  return (
    <div className="space-y-2">
      <div className="max-w-full rounded-4 border border-line">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls takes the keyboard */}
        <section aria-label={caption} tabIndex={0} className="print-wide overflow-x-auto outline-offset-[-4px]">
          <table className="text-dns-14N-130 w-full border-collapse" lang="ja">
            <caption className="sr-only">{caption}</caption>
            <thead>
              <tr>
                {table.columns.map((column, index) => (
                  <th key={index} scope="col" className="border-b border-edge bg-shade px-3 py-2 text-start whitespace-nowrap">
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.slice(0, shown).map((row, index) => (
                <tr key={index}>
                  {row.map((cell, at) => (
                    <td key={at} className="border-b border-line px-3 py-1.5 align-top whitespace-nowrap">
                      {cell || '―'}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <More shown={shown} total={table.rows.length} onMore={() => setShown(shown + kRowsAtOnce)} inFrame />
      </div>
      <Button size="small" icon="download" className="no-print" onClick={() => saveFile(file, csvOf(table.columns, table.rows))}>
        {t('answer.saveCsv', { n: formatNumber(table.rows.length), count: table.rows.length })}
        <span className="sr-only"> {caption}</span>
      </Button>
    </div>
  );
}
