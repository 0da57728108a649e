import { describe, expect, it } from 'vitest';
import { readable } from '../../api/places';
import { setLanguage } from '../../i18n';
import { actionLooks } from '../matter/actions';
import { refusalText, subjectParts, subjectText } from './words';

const refused = (name: string, code: string, ja: string, en: string) => ({
  name,
  is_allowed: false,
  is_primary: false,
  needs_signature: false,
  why: { code, where: '', ja, en },
});
const illegal = (name: string, state: string) =>
  refused(
    name,
    'ILLEGAL_TRANSITION',
    `今の状態(${state})では、この操作(「—」)を行えません。`,
    `This ("—") is not possible in the present state (${state}).`,
  );

describe('a refused step', () => {
  it('says in either language what would make it possible, for every step there is', () => {
    for (const tag of ['ja', 'en'] as const) {
      setLanguage(tag);
      for (const name of Object.keys(actionLooks)) {
        const text = refusalText(illegal(name, 'DELIVERED'));
        expect(text, name).not.toMatch(/DELIVERED|—|needs\.|present state|今の状態/);
        expect(text, name).toMatch(tag === 'ja' ? /行えます。$/ : /^Possible .*\.$/);
      }
    }
    setLanguage('ja');
  });

  it("keeps the server's own reason when it is another one", () => {
    const why = refused('approve', 'SEPARATION_OF_DUTIES', '起案者は決裁できません。', 'The drafter cannot approve.');
    expect(refusalText(why)).toBe('起案者は決裁できません。');
  });
});

describe("the server's sentences", () => {
  it('name states of both sides in words and leave out what there is no word for', () => {
    const text = (state: string) => readable(`今の状態(${state})では、この操作(「—」)を行えません。`, '', 'ja');
    expect(text('DELIVERED')).toBe('今の状態(到達)では、この操作を行えません。');
    expect(text('LEGAL_REVIEW')).toMatch(/今の状態\(法務確認中\)/);
    expect(text('NONE')).toMatch(/^今の状態では/);
    expect(readable('The signed note "—" is malformed (—). Send it.', '', 'en')).toBe('The signed note this step is malformed. Send it.');
  });
});

describe('a masked selector in a list', () => {
  it('shows its time as people read it', () => {
    expect(subjectText('192.0.*.* 2026-11-05T21:14:00+09:00')).toBe('192.0.*.* 2026-11-05 21:14');
    expect(subjectText('060-****-0063')).toBe('060-****-0063');
  });

  it('breaks where its parts meet, and loses nothing', () => {
    expect(subjectParts('portal.demo:r****')).toEqual(['portal.demo:', 'r****']);
    expect(subjectParts('h****@example.com +1')).toEqual(['h****@', 'example.com', ' ', '+1']);
    expect(subjectParts('192.0.*.* 2026-11-05T21:14:00+09:00')).toEqual(['192.0.*.*', ' ', '2026-11-05', ' ', '21:14']);
    expect(subjectParts('')).toEqual([]);
  });
});
