// Choosing from a list that opens: Select for a few, ComboBox for many or for a search.
import {
  Button as AriaButton,
  ComboBox as AriaComboBox,
  Select as AriaSelect,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  Text,
} from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { cx } from './cx';
import { type Choice, edge, FieldLabel, type FieldProps, Help, kBox, kField, kLabel, Wrong } from './field_frame';
import { Icon } from './Icon';

const kPopover = 'anim-fade min-w-(--trigger-width) overflow-auto rounded-8 border border-line bg-white p-1 shadow-2';

function ChoiceRow({ choice }: { choice: Choice }) {
  return (
    <ListBoxItem
      id={choice.id}
      textValue={choice.label}
      className="text-dns-16N-130 flex min-h-11 items-center gap-2 rounded-4 px-3 py-2 outline-offset-[-4px] data-focused:bg-shade data-selected:bg-accent-soft data-selected:text-accent-strong"
    >
      {({ isSelected }) => (
        <>
          <span className="flex min-w-0 flex-1 flex-col gap-0.5">
            <span className={isSelected ? 'font-700' : undefined}>{choice.label}</span>
            {choice.note ? (
              <Text slot="description" className="text-dns-14N-130 text-sub">
                {choice.note}
              </Text>
            ) : null}
          </span>
          {isSelected ? <Icon name="check" /> : null}
        </>
      )}
    </ListBoxItem>
  );
}

export interface SelectProps<Key extends string> extends FieldProps {
  choices: readonly Choice<Key>[];
  value: Key | null;
  onChange: (value: Key) => void;
}

export function Select<Key extends string>({ label, help, error, required, optional, choices, value, onChange, name, className }: SelectProps<Key>) {
  const { t } = useTranslation();
  return (
    <AriaSelect
      name={name}
      value={value}
      onChange={(key) => {
        if (key !== null) onChange(key as Key);
      }}
      isRequired={required}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      placeholder={t('field.choose')}
      className={cx(kField, className)}
    >
      <Label className={kLabel}>
        <FieldLabel label={label} required={required} optional={optional} />
      </Label>
      <Help>{help}</Help>
      <AriaButton className={cx(kBox, 'flex min-h-12 py-2 items-center justify-between gap-2 text-start', edge(error))}>
        <SelectValue className="min-w-0 flex-1 truncate data-placeholder:text-hint">
          {({ defaultChildren, isPlaceholder }) => (isPlaceholder ? defaultChildren : choices.find((choice) => choice.id === value)?.label)}
        </SelectValue>
        <Icon name="down" />
      </AriaButton>
      <Wrong error={error} />
      <Popover className={kPopover}>
        <ListBox items={choices}>{(choice) => <ChoiceRow choice={choice} />}</ListBox>
      </Popover>
    </AriaSelect>
  );
}

export interface ComboBoxProps<Key extends string> extends FieldProps {
  choices: readonly Choice<Key>[];
  value: Key | null;
  onChange: (value: Key | null) => void;
  // Given: the choices come from a search and are not filtered here.
  input?: string;
  onInput?: (text: string) => void;
  placeholder?: string;
}

export function ComboBox<Key extends string>(props: ComboBoxProps<Key>) {
  const { label, help, error, required, optional, choices, value, onChange, input, onInput, placeholder, name, className } = props;
  const { t } = useTranslation();
  return (
    <AriaComboBox
      name={name}
      {...(onInput ? { items: choices, inputValue: input ?? '', onInputChange: onInput } : { defaultItems: choices })}
      value={value}
      onChange={(key) => onChange(key as Key | null)}
      isRequired={required}
      isInvalid={Boolean(error)}
      validationBehavior="aria"
      menuTrigger="focus"
      allowsEmptyCollection
      className={cx(kField, className)}
    >
      <Label className={kLabel}>
        <FieldLabel label={label} required={required} optional={optional} />
      </Label>
      <Help>{help}</Help>
      <div className="relative flex">
        <Input placeholder={placeholder} className={cx(kBox, 'min-h-12 py-2 pe-12', edge(error))} />
        <AriaButton className="absolute inset-y-0.5 end-0.5 grid w-11 place-content-center rounded-6 hover:bg-shade">
          <Icon name="down" />
        </AriaButton>
      </div>
      <Wrong error={error} />
      <Popover className={kPopover}>
        <ListBox renderEmptyState={() => <p className="text-dns-14N-130 px-3 py-3 text-sub">{t('field.noChoices')}</p>}>
          {(choice: Choice<Key>) => <ChoiceRow choice={choice} />}
        </ListBox>
      </Popover>
    </AriaComboBox>
  );
}
