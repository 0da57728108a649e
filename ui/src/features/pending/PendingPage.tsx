// A page whose feature has not been built yet says so instead of showing a dead form.
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Button, EmptyState, Page } from '../../components';

export type PendingName =
  | 'desk'
  | 'newInquiry'
  | 'matters'
  | 'matter'
  | 'approval'
  | 'register'
  | 'inbox'
  | 'answering'
  | 'legal'
  | 'release'
  | 'statements'
  | 'figures'
  | 'audit'
  | 'members'
  | 'cases'
  | 'help';

export function PendingPage({ name }: { name: PendingName }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const page = t(`nav.${name}`);
  return (
    <Page title={page}>
      <EmptyState
        title={t('app.notYetTitle')}
        icon="clock"
        actions={name === 'desk' ? undefined : <Button onClick={() => void navigate({ to: '/' })}>{t('app.toDesk')}</Button>}
      >
        {t('app.notYetText', { page })}
      </EmptyState>
    </Page>
  );
}
