// Text, checkboxes and radio buttons. Choices that open (Select, ComboBox) and dates have files of their own, because they bring much code.
import { type ReactNode, useId } from 'react';
import {
  Checkbox as AriaCheckbox,
  CheckboxGroup as AriaCheckboxGroup,
  Radio as AriaRadio,
  RadioGroup as AriaRadioGroup,
  TextField as AriaTextField,
  Input,
  Label,
  TextArea,
} from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { cx } from './cx';
import { type Choice, edge, FieldLabel, type FieldProps, Help, kBox, kField, kLabel, Wrong } from './field_frame';
import { Icon } from './Icon';

export interface TextFieldProps extends FieldProps {
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  type?: 'text' | 'password' | 'email' | 'tel' | 'search' | 'url';
  autoComplete?: string;
  inputMode?: 'text' | 'numeric' | 'tel' | 'email' | 'url';
  placeholder?: string;
  rows?: number; // given: several lines
  max?: number; // shows the count of characters
  mono?: boolean;
  autoFocus?: boolean;
  readOnly?: boolean;
}

export function TextField({ label, help, error, required, optional, rows, max, mono, className, ...field }: TextFieldProps) {
  const { t } = useTranslation();
  const { placeholder, ...rest } = field;
  const count = [...field.value].length;
  return (
    <AriaTextField
      {...rest}
      isRequired={required}
      isInvalid={Boolean(error)}
      isReadOnly={field.readOnly}
      validationBehavior="aria"
      className={cx(kField, className)}
    >
      <Label className={kLabel}>
        <FieldLabel label={label} required={required} optional={optional} />
      </Label>
      <Help>{help}</Help>
      {rows ? (
        <TextArea rows={rows} placeholder={placeholder} className={cx(kBox, 'py-2', edge(error), mono && 'font-mono')} />
      ) : (
        <Input placeholder={placeholder} className={cx(kBox, 'min-h-12 py-2', edge(error), mono && 'font-mono tabular')} />
      )}
      <div className="flex items-start justify-between gap-4 empty:hidden">
        <Wrong error={error} />
        {max ? (
          <span className={cx('text-dns-14N-130 tabular ms-auto shrink-0', count > max ? 'font-700 text-danger' : 'text-sub')}>
            {t('field.count', { n: String(count), max: String(max) })}
          </span>
        ) : null}
      </div>
    </AriaTextField>
  );
}

function Tick({ on, some }: { on: boolean; some: boolean }) {
  return (
    <span
      className={cx(
        'fc-edge grid size-6 shrink-0 place-content-center rounded-4 border-2',
        on || some ? 'border-accent bg-accent text-white' : 'border-edge bg-white group-hover:border-black',
      )}
    >
      {some ? <Icon name="minus" size={16} /> : on ? <Icon name="check" size={16} /> : null}
    </span>
  );
}

const kTickRow =
  'group text-std-16N-170 inline-flex min-h-11 cursor-pointer items-start gap-2 py-2 data-disabled:cursor-not-allowed data-disabled:text-sub';

export interface CheckboxProps {
  children: ReactNode;
  help?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  indeterminate?: boolean;
  error?: string;
  disabled?: boolean;
}

export function Checkbox({ children, help, checked, onChange, indeterminate, error, disabled }: CheckboxProps) {
  const description = useId();
  return (
    <div className="flex flex-col">
      <AriaCheckbox
        isSelected={checked}
        onChange={onChange}
        isIndeterminate={indeterminate}
        isInvalid={Boolean(error)}
        isDisabled={disabled}
        validationBehavior="aria"
        aria-describedby={help || error ? description : undefined}
        className={cx(kTickRow, 'rounded-4')}
      >
        {({ isSelected, isIndeterminate }) => (
          <>
            <Tick on={isSelected} some={isIndeterminate} />
            <span>{children}</span>
          </>
        )}
      </AriaCheckbox>
      {help || error ? (
        <span id={description} className="text-dns-14N-130 ms-8 flex flex-col gap-1">
          {help ? <span className="text-sub">{help}</span> : null}
          {error ? <span className="text-danger">{error}</span> : null}
        </span>
      ) : null}
    </div>
  );
}

export interface GroupProps<Key extends string> extends FieldProps {
  choices: readonly Choice<Key>[];
  row?: boolean;
}

export function CheckboxGroup<Key extends string>(props: GroupProps<Key> & { value: readonly Key[]; onChange: (value: Key[]) => void }) {
  const { label, help, error, required, optional, choices, row, value, onChange, className } = props;
  return (
    <AriaCheckboxGroup
      value={[...value]}
      onChange={(next) => onChange(next as Key[])}
      isRequired={required}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      className={cx(kField, className)}
    >
      <Label className={kLabel}>
        <FieldLabel label={label} required={required} optional={optional} />
      </Label>
      <Help>{help}</Help>
      <div className={cx('flex', row ? 'flex-wrap gap-x-6' : 'flex-col')}>
        {choices.map((choice) => (
          <AriaCheckbox key={choice.id} value={choice.id} className={cx(kTickRow, 'rounded-4')}>
            {({ isSelected }) => (
              <>
                <Tick on={isSelected} some={false} />
                <span>{choice.label}</span>
              </>
            )}
          </AriaCheckbox>
        ))}
      </div>
      <Wrong error={error} />
    </AriaCheckboxGroup>
  );
}

export function RadioGroup<Key extends string>(props: GroupProps<Key> & { value: Key | null; onChange: (value: Key) => void }) {
  const { label, help, error, required, optional, choices, row, value, onChange, name, className } = props;
  return (
    <AriaRadioGroup
      name={name}
      value={value}
      onChange={(next) => onChange(next as Key)}
      isRequired={required}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      className={cx(kField, className)}
    >
      <Label className={kLabel}>
        <FieldLabel label={label} required={required} optional={optional} />
      </Label>
      <Help>{help}</Help>
      <div className={cx('flex', row ? 'flex-wrap gap-x-6' : 'flex-col')}>
        {choices.map((choice) => (
          <AriaRadio key={choice.id} value={choice.id} className={cx(kTickRow, 'rounded-4')}>
            {({ isSelected }) => (
              <>
                <span
                  className={cx(
                    'fc-edge grid size-6 shrink-0 place-content-center rounded-full border-2',
                    isSelected ? 'border-accent' : 'border-edge group-hover:border-black',
                  )}
                >
                  {isSelected ? <span className="fc-fill size-3 rounded-full bg-accent" /> : null}
                </span>
                <span className="flex flex-col">
                  {choice.label}
                  {choice.note ? <span className="text-dns-14N-130 text-sub">{choice.note}</span> : null}
                </span>
              </>
            )}
          </AriaRadio>
        ))}
      </div>
      <Wrong error={error} />
    </AriaRadioGroup>
  );
}
