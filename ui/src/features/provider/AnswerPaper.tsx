// The answer as a sheet of paper: what the second person checks, signs and releases. A Japanese document whatever the language of the interface.
import { useTranslation } from 'react-i18next';
import { formatBytes, formatDateTime, formatEra } from '../../i18n/format';
import { periodText } from '../matters/words';
import type { Answer, Matter } from './queries';
import { startOfDay, useWords } from './words';

export interface AnswerPaperProps {
  matter: Matter;
  answer: Answer;
  organisation: string; // the provider, in Japanese
  releaser: string | null; // null: not released yet
  titles: (source: string) => string;
  whole?: boolean; // every row, because it is signed
}

const kPreviewRows = 200;

export function AnswerPaper({ matter, answer, organisation, releaser, titles, whole }: AnswerPaperProps) {
  const { i18n } = useTranslation();
  const words = useWords('ja');
  const t = i18n.getFixedT('ja');
  const text = matter.current?.text;
  if (!words || !text) return null;
  return (
    <article lang="ja" aria-label={t('prov.answerPaper')} className="paper">
      <div className="paper-sheet">
        <div className="paper-head">
          {answer.reference ? <p className="text-end tabular">{t('prov.paperReference', { reference: answer.reference })}</p> : null}
          <p className="text-end tabular">{formatEra(new Date())}</p>
          <p className="mt-4">
            {text.sender.office}
            <br />
            {text.sender.head_post} {text.sender.head_name} {t('prov.paperTo')}
          </p>
          <div className="paper-sender mt-4 flex items-center justify-end gap-4">
            <p className="min-w-0">
              {organisation}
              {releaser ? (
                <>
                  <br />
                  {releaser}
                </>
              ) : null}
            </p>
            <span className="paper-seal">{t('paper.sealSigned')}</span>
          </div>
        </div>
        <h3 className="paper-title">{t('prov.paperTitle')}</h3>
        <p className="paper-sentence">
          {t('prov.paperSentence', {
            date: matter.current?.date ? formatEra(startOfDay(matter.current.date)) : '',
            number: matter.row.number,
          })}
        </p>
        <p className="paper-ki">{t('paper.ki')}</p>
        <ol className="space-y-6">
          {answer.items.map((given) => {
            const item = text.items.find((one) => one.no === given.no);
            return (
              <li key={given.no} className="space-y-2">
                <p>
                  ({given.no}) {item ? `${words.selector(item.selector.input.type)} ` : ''}
                  <span className="font-mono">{item?.selector.display}</span>
                </p>
                <p>
                  <strong>{t(`state.result.${given.result}`)}</strong>
                  {given.reason ? `　${words.reasonSentence(given.reason)}` : ''}
                </p>
                {given.narrowing ? (
                  <p>
                    {t('prov.paperNarrowing')}
                    {given.narrowing.period ? `　${periodText(given.narrowing.period, 'ja')}` : ''}
                    {given.narrowing.categories.length > 0 ? `　${words.categories(given.narrowing.categories)}` : ''}
                    {given.narrowing.message ? <span className="block">{given.narrowing.message}</span> : null}
                  </p>
                ) : null}
                {given.message ? <p className="whitespace-pre-line">{given.message}</p> : null}
                {given.tables.map((table, index) => (
                  <table key={index} className="paper-items">
                    {whole || table.rows.length <= kPreviewRows ? null : (
                      <caption className="caption-bottom pt-1 text-start">{t('prov.paperRest')}</caption>
                    )}
                    <thead>
                      <tr>
                        {table.columns.map((column, at) => (
                          <th key={at} scope="col">
                            {column}
                          </th>
                        ))}
                      </tr>
                    </thead>
                    <tbody>
                      {(whole ? table.rows : table.rows.slice(0, kPreviewRows)).map((row, at) => (
                        <tr key={at}>
                          {row.map((cell, column) => (
                            <td key={column} data-label={table.columns[column]}>
                              {cell === '' ? '―' : cell}
                            </td>
                          ))}
                        </tr>
                      ))}
                    </tbody>
                  </table>
                ))}
                {given.files.length > 0 ? (
                  <ul>
                    {given.files.map((file) => (
                      <li key={file.sha256 + file.name} className="text-[0.875rem]">
                        {t('prov.paperFile', { name: file.name, size: formatBytes(file.bytes, 'ja') })}
                        <span className="block font-mono text-[0.75rem]">SHA-256 {file.sha256}</span>
                      </li>
                    ))}
                  </ul>
                ) : null}
                {given.provenance.length > 0 ? (
                  <p className="text-[0.8125rem]">
                    {t('prov.paperSource')}
                    {given.provenance.map((one) => `${titles(one.source)}(${formatDateTime(new Date(one.at), 'ja')})`).join(t('matter.comma'))}
                  </p>
                ) : null}
                {given.reaches_back ? (
                  <p className="text-[0.8125rem]">{t('prov.paperReaches', { date: formatEra(startOfDay(given.reaches_back)) })}</p>
                ) : null}
              </li>
            );
          })}
        </ol>
        <dl className="paper-terms">
          {answer.completeness ? (
            <>
              <dt>{t('prov.completeness')}</dt>
              <dd>{answer.completeness}</dd>
            </>
          ) : null}
          <dt>{t('prov.preparer')}</dt>
          <dd>{answer.preparer}</dd>
        </dl>
      </div>
    </article>
  );
}
