// What all fields share: label above, help under the label, the error linked to the input and placed where it arose. React Aria wires names,
// descriptions and validity; this file decides how they look and how required, optional and wrong are said in words.
import type { ReactNode } from 'react';
import { FieldError, Text } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { Icon } from './Icon';

export interface FieldProps {
  label: string;
  help?: ReactNode;
  error?: string | undefined; // the sentence; given means wrong
  required?: boolean;
  optional?: boolean; // says 任意: used where most fields of the form are required
  name?: string;
  className?: string;
}

export const kBox =
  'w-full rounded-8 border bg-white px-3 text-std-16N-170 text-ink placeholder:text-hint aria-disabled:bg-shade disabled:bg-shade disabled:text-sub';
export const edge = (error: string | undefined) => (error ? 'border-danger border-2' : 'border-edge hover:border-black');

export function FieldLabel({ label, required, optional }: Pick<FieldProps, 'label' | 'required' | 'optional'>) {
  const { t } = useTranslation();
  return (
    <>
      {label}
      {required ? <span className="text-dns-14N-130 ms-2 text-danger">{t('field.required')}</span> : null}
      {optional ? <span className="text-dns-14N-130 ms-2 text-sub">{t('field.optional')}</span> : null}
    </>
  );
}

export function Help({ children }: { children: ReactNode }) {
  if (!children) return null;
  return (
    <Text slot="description" className="text-dns-14N-130 block text-sub">
      {children}
    </Text>
  );
}

export function Wrong({ error }: { error: string | undefined }) {
  const { t } = useTranslation();
  return (
    <FieldError className="text-dns-14N-130 flex items-start gap-1 text-danger">
      {error ? (
        <>
          <Icon name="danger" size={16} className="mt-px" />
          <span>
            <span className="sr-only">{t('field.error')}: </span>
            <span className="whitespace-pre-line">{error}</span>
          </span>
        </>
      ) : null}
    </FieldError>
  );
}

export const kLabel = 'text-dns-16B-130 block text-ink';
export const kField = 'flex min-w-0 flex-col gap-1.5';

export interface Choice<Key extends string = string> {
  id: Key;
  label: string;
  note?: string;
}
