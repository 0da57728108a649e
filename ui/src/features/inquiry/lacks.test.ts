import { describe, expect, it } from 'vitest';
import { lackId, lacksOf, stillLacking } from './lacks';
import { emptyForm, emptyItem, type FormItem, type InquiryForm } from './model';

const item = (value: string, part: Partial<FormItem> = {}): FormItem => ({ ...emptyItem(), fields: { value }, ...part });
const form = (part: Partial<InquiryForm>): InquiryForm => ({ ...emptyForm(''), case_id: 'c', to: 'portal.demo', ...part });
const ids = (...lacks: Parameters<typeof lackId>[0][]) => lacks.map(lackId);
const right = () => false;

describe('what an inquiry lacks', () => {
  it('names case, addressee and items of an empty form, and nothing about its blank row', () => {
    expect(lacksOf(emptyForm(''), true, right).map(({ field }) => field)).toEqual(['case_id', 'to', 'items']);
  });

  it('numbers items as the page does, blank rows counted', () => {
    const blank = emptyItem();
    const bare = item('a');
    const found = lacksOf(form({ items: [blank, bare] }), true, right);
    expect(found).toEqual([
      { field: 'purpose', item: bare.key, no: 2 },
      { field: 'necessity', item: bare.key, no: 2 },
    ]);
  });

  it('lets a draft wait for its reasons, but not with a wrong selector or without the reason for secrecy', () => {
    const wrong = item('a');
    const found = lacksOf(form({ items: [wrong], confidential: true }), false, (key) => key === wrong.key);
    expect(found.map(({ field }) => field)).toEqual(['item', 'confidential']);
  });

  it('stops naming what has been given, item by item, and does not name what was never reproached', () => {
    const first = item('a');
    const second = item('b');
    const said = lacksOf(form({ items: [first, second] }), true, right);
    const given = { ...first, purpose: 'p' };
    const now = lacksOf(form({ case_id: '', items: [given, second] }), true, right);
    expect(ids(...stillLacking(said, now))).toEqual(
      ids({ field: 'necessity', item: first.key }, { field: 'purpose', item: second.key }, { field: 'necessity', item: second.key }),
    );
  });
});
