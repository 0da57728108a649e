// The paper of what has been typed so far. The sender is what the server will write: the organisation, the drafter's unit and its head.
import { useQuery } from '@tanstack/react-query';
import type { Schema } from '../../api/api';
import { casesQuery, lawQuery, organisationsQuery, peopleQuery, unitsQuery } from '../../api/queries';
import { useSession } from '../../api/session';
import type { PaperForm } from '../../components';
import { i18n } from '../../i18n';
import { usePaperWords, wantedText } from '../matters/paper_form';
import { dayOf, periodText } from '../matters/words';
import { type InquiryForm, isBlank } from './model';

const kShown = 30;

export function useDefaultOfficer(): Schema<'Officer'> | null {
  const session = useSession();
  const me = useQuery(peopleQuery).data?.find((one) => one.id === session.person);
  const unit = useQuery(unitsQuery).data?.find((one) => one.id === me?.unit);
  return me ? { section: unit?.name_ja ?? '', post: me.post, name: me.name, telephone: me.telephone, extension: me.extension } : null;
}

export function usePreview(form: InquiryForm, checks: ReadonlyMap<string, Schema<'ItemCheck'>>): PaperForm {
  const ja = i18n.getFixedT('ja');
  const session = useSession();
  const words = usePaperWords();
  const law = useQuery(lawQuery).data;
  const people = useQuery(peopleQuery).data ?? [];
  const units = useQuery(unitsQuery).data ?? [];
  const addressee = useQuery(organisationsQuery('PROVIDER')).data?.find((one) => one.id === form.to);
  const the_case = useQuery(casesQuery).data?.find((one) => one.id === form.case_id);
  const officer = useDefaultOfficer();
  const me = people.find((one) => one.id === session.person);
  const unit = units.find((one) => one.id === me?.unit);
  const head = people.find((one) => one.is_active && one.is_unit_head && one.unit === me?.unit);
  const due = form.due || (form.urgency === 'URGENT' ? law?.deadlines.due_urgent : law?.deadlines.due_normal);
  const filled = form.items.filter((item) => !isBlank(item));
  const items = filled.slice(0, kShown).map((item) => ({
    id: item.key,
    type: words.type(item.type),
    value: checks.get(item.key)?.selector?.display ?? item.fields.value ?? '',
    period: item.from && item.until ? periodText({ from: item.from, until: item.until }, 'ja') : '',
    wanted: wantedText({ categories: item.categories, asks_registration_address: item.registration }, words),
    purpose: item.purpose,
  }));
  if (filled.length > kShown)
    items.push({ id: 'rest', type: '', value: ja('inq.paperRest', { n: String(filled.length - kShown) }), period: '', wanted: '', purpose: '' });
  return {
    title: words.form(form.form),
    number: null,
    serial: null,
    date: null,
    addressee: addressee?.name_ja ?? ja('inq.paperAddressee'),
    office: `${session.organisation_name_ja} ${unit?.name_ja ?? ''}`.trim(),
    post: head?.post ?? '',
    head: head?.name ?? '',
    signed: false,
    sentence: law?.forms.find((one) => one.code === form.form)?.sentence_ja,
    items,
    offence: form.withhold ? null : (the_case?.offence ?? '―'),
    due: due ? dayOf(due) : null,
    answerHow: form.answer_how || '―',
    officer: form.officer ?? officer ?? { section: '', post: '', name: '', telephone: '' },
    confidential: form.confidential,
    confidentialReason: form.confidentialReason,
    cover: form.cover ? law?.recipients.find((one) => one.code === addressee?.recipient_class)?.cover_text_ja : undefined,
    related: form.related.split('\n').filter((line) => line.trim()),
  };
}
