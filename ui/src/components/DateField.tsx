// A day, typed or picked. Days are days in Japan, written yyyy-mm-dd outside.
import { type CalendarDate, parseDate } from '@internationalized/date';
import {
  Button as AriaButton,
  DatePicker as AriaDatePicker,
  Calendar,
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
  DateInput,
  DateSegment,
  Dialog,
  Group,
  Heading,
  I18nProvider,
  Label,
  Popover,
} from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { language } from '../i18n';
import { cx } from './cx';
import { edge, FieldLabel, type FieldProps, Help, kBox, kField, kLabel, Wrong } from './field_frame';
import { Icon } from './Icon';

export interface DateFieldProps extends FieldProps {
  value: string | null; // yyyy-mm-dd, a day in Japan
  onChange: (value: string | null) => void;
  min?: string;
  max?: string;
}

const calendarDate = (text: string | null | undefined): CalendarDate | null => (text ? parseDate(text) : null);

export function DateField({ label, help, error, required, optional, value, onChange, min, max, name, className }: DateFieldProps) {
  const { t } = useTranslation();
  return (
    <I18nProvider locale={language() === 'ja' ? 'ja-JP' : 'en-GB'}>
      <AriaDatePicker
        name={name}
        value={calendarDate(value)}
        onChange={(date) => onChange(date?.toString() ?? null)}
        minValue={calendarDate(min) ?? undefined}
        maxValue={calendarDate(max) ?? undefined}
        isRequired={required}
        isInvalid={Boolean(error)}
        validationBehavior="aria"
        shouldForceLeadingZeros
        className={cx(kField, className)}
      >
        <Label className={kLabel}>
          <FieldLabel label={label} required={required} optional={optional} />
        </Label>
        <Help>{help}</Help>
        <Group className={cx(kBox, 'flex min-h-12 max-w-64 items-center gap-2 pe-0.5', edge(error))}>
          <DateInput className="tabular flex flex-1 items-center">
            {(segment) => (
              <DateSegment
                segment={segment}
                className="rounded-4 px-0.5 outline-offset-0 data-focused:bg-accent data-focused:text-white data-placeholder:text-hint data-focused:data-placeholder:text-white"
              />
            )}
          </DateInput>
          <AriaButton className="grid size-11 place-content-center rounded-6 text-accent hover:bg-shade" aria-label={t('field.openCalendar')}>
            <Icon name="calendar" />
          </AriaButton>
        </Group>
        <Wrong error={error} />
        <Popover className="anim-fade rounded-8 border border-line bg-white p-4 shadow-2">
          <Dialog className="outline-none">
            <Calendar>
              <header className="mb-2 flex items-center justify-between">
                <AriaButton
                  slot="previous"
                  aria-label={t('field.previousMonth')}
                  className="grid size-11 place-content-center rounded-6 hover:bg-shade data-disabled:text-line"
                >
                  <Icon name="left" />
                </AriaButton>
                <Heading className="text-dns-16B-130" />
                <AriaButton
                  slot="next"
                  aria-label={t('field.nextMonth')}
                  className="grid size-11 place-content-center rounded-6 hover:bg-shade data-disabled:text-line"
                >
                  <Icon name="right" />
                </AriaButton>
              </header>
              <CalendarGrid className="tabular border-collapse">
                <CalendarGridHeader>
                  {(day) => <CalendarHeaderCell className="text-dns-14N-130 size-11 text-sub">{day}</CalendarHeaderCell>}
                </CalendarGridHeader>
                <CalendarGridBody>
                  {(date) => (
                    <CalendarCell
                      date={date}
                      className="grid size-11 cursor-pointer place-content-center rounded-8 hover:bg-shade data-disabled:text-solid-gray-420 data-outside-month:hidden data-selected:bg-accent data-selected:font-700 data-selected:text-white data-unavailable:line-through"
                    />
                  )}
                </CalendarGridBody>
              </CalendarGrid>
            </Calendar>
          </Dialog>
        </Popover>
      </AriaDatePicker>
    </I18nProvider>
  );
}
