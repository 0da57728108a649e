import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import { expect, it } from 'vitest';
import { lawQuery } from '../../api/queries';
import { setLanguage } from '../../i18n';
import { JudgementText } from './judgement';

const judgement = { outcome: 'NEEDS_WARRANT', reclassified: true, asked_category: 'K1', effective_category: 'K2' };

it.each([
  ['ja', '照会対象が通信に当たるため、K1(契約者の登録情報)ではなくK2(通信の当事者)として扱われます。'],
  ['en', 'The selector is itself a communication, so K1 (Registration) is treated as K2 (Party).'],
] as const)('names the categories of a reclassified item, in %s', (tag, sentence) => {
  setLanguage(tag);
  const client = new QueryClient();
  client.setQueryData(lawQuery.queryKey, {
    reclassification: { id: 'RECLASS' },
    categories: [
      { code: 'K1', name_ja: '契約者の登録情報', name_en: 'Registration' },
      { code: 'K2', name_ja: '通信の当事者', name_en: 'Party' },
    ],
  } as never);
  const said = (rule_id: string) => {
    const { container, unmount } = render(
      <QueryClientProvider client={client}>
        <JudgementText judgement={{ ...judgement, rule_id } as never} />
      </QueryClientProvider>,
    );
    const text = container.textContent;
    unmount();
    return text;
  };
  expect(said('INQ-K2')).toContain(sentence);
  expect(said('RECLASS')).not.toContain(sentence); // its own sentence says it
});
