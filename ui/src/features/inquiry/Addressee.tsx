// 宛先: the directory, and what the addressee has published that it can answer, so that nobody asks what cannot be answered.
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/api';
import { organisationsQuery } from '../../api/queries';
import { ComboBox } from '../../components';
import { inTongue } from '../matters/words';
import { NoAddressees } from './Nothing';
import { ProfileView } from './ProfileView';

export interface AddresseeProps {
  value: string;
  onChange: (to: string) => void;
  profile: Schema<'AnswerProfile'> | undefined;
  types: readonly Schema<'SelectorTypeView'>[];
  error?: string;
  fixed?: boolean; // another version stays with its addressee
}

export function Addressee({ value, onChange, profile, types, error, fixed }: AddresseeProps) {
  const { t } = useTranslation();
  const all = useQuery(organisationsQuery('PROVIDER')).data;
  const organisations = all ?? [];
  const found = organisations.find((one) => one.id === value);
  return (
    <div className="space-y-4">
      {fixed && found ? (
        <p className="text-dns-17B-130">{inTongue(found.name_ja, found.name_en)}</p>
      ) : (
        <ComboBox
          key={organisations.length}
          label={t('matter.addressee')}
          help={t('inq.addresseeHelp')}
          choices={organisations.map((one) => ({ id: one.id, label: inTongue(one.name_ja, one.name_en), note: one.address }))}
          value={value || null}
          onChange={(next) => onChange(next ?? '')}
          error={error}
          required
        />
      )}
      {all?.length === 0 ? <NoAddressees /> : null}
      {value && profile ? <ProfileView profile={profile} types={types} /> : null}
    </div>
  );
}
