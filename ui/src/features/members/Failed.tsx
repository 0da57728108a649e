// A list that could not be read, and the way to try again.
import { useTranslation } from 'react-i18next';
import { asProblem } from '../../api/problem';
import { Banner, Button } from '../../components';

export function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation();
  const problem = asProblem(error);
  if (!problem) return null;
  return (
    <Banner tone="danger" actions={<Button onClick={retry}>{t('app.retry')}</Button>}>
      {problem.text()}
    </Banner>
  );
}
