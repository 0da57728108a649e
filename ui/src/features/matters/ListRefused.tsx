// Whoever handles the matters of a unit and belongs to none is refused every list of them: said with what helps, in place of a bare refusal.
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Problem } from '../../api/problem';
import { peopleQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import { Banner, Button, EmptyState } from '../../components';

const kOfAUnit = ['investigator', 'supervisor', 'approver', 'registrar'];

export function ListRefused({ problem, retry }: { problem: Problem; retry: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const me = useQuery(peopleQuery).data?.find((one) => one.id === session.person);
  if (problem.is('FORBIDDEN') && kOfAUnit.includes(session.role) && me && !me.unit)
    return (
      <EmptyState icon="building" title={t('list.noUnit')} actions={<Button onClick={retry}>{t('app.retry')}</Button>}>
        {t('list.noUnitText')}
      </EmptyState>
    );
  return (
    <Banner tone="danger" actions={<Button onClick={retry}>{t('app.retry')}</Button>}>
      {problem.text()}
    </Banner>
  );
}
