// Choices that are empty on a node that is new, said where one looks for them and with what to do.
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

export function NoCases() {
  const { t } = useTranslation();
  return (
    <p className="text-dns-16N-130">
      {t('inq.noCases')}{' '}
      <Link to="/cases" className="text-accent underline underline-offset-4">
        {t('desk.toCases')}
      </Link>
    </p>
  );
}

export function NoAddressees() {
  const { t } = useTranslation();
  return <p className="text-dns-16N-130">{t('inq.noAddressees')}</p>;
}
