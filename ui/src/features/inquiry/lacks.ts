// What the form lacks before it can be sent, as places: the page says each at its field and in one list that leads there.
import { type InquiryForm, isBlank } from './model';

export interface Lack {
  field: 'case_id' | 'to' | 'items' | 'item' | 'purpose' | 'necessity' | 'confidential'; // item: the live check found it wrong
  item?: string; // its key
  no?: number; // its number on the page
}

// Also the id of the place on the page.
export const lackId = ({ field, item }: Lack): string => (item === undefined ? `lack-${field}` : `lack-${field}-${item}`);

// A draft may wait for its reasons; what has a wrong selector is taken by nobody.
export function lacksOf(form: InquiryForm, ready: boolean, isWrong: (key: string) => boolean): Lack[] {
  const found: Lack[] = [];
  if (!form.case_id) found.push({ field: 'case_id' });
  if (!form.to) found.push({ field: 'to' });
  if (form.items.every(isBlank)) found.push({ field: 'items' });
  form.items.forEach((item, index) => {
    if (isBlank(item)) return;
    const at = { item: item.key, no: index + 1 };
    if (isWrong(item.key)) found.push({ field: 'item', ...at });
    if (ready && !item.purpose.trim()) found.push({ field: 'purpose', ...at });
    if (ready && !item.necessity.trim()) found.push({ field: 'necessity', ...at });
  });
  if (form.confidential && !form.confidentialReason.trim()) found.push({ field: 'confidential' });
  return found;
}

// Of what was said to be missing, what still is: the rest has been given since, and nothing new is reproached before the next sending.
export function stillLacking(said: readonly Lack[], now: readonly Lack[]): Lack[] {
  const open = new Set(now.map(lackId));
  return said.filter((lack) => open.has(lackId(lack)));
}
