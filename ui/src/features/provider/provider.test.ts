import { describe, expect, it } from 'vitest';
import { type AnswerDraft, answerLacks, buildAnswer, loadDraft, matchRows, openItems, resultsFor, type StruckWords } from './answer_draft';
import { choicesFor, decisionOf, draftOf, lacks, needsComment, standingOf } from './decisions';
import { dayIn, differences } from './differences';
import type { Decision, Judgement, Lookup, Matter, MatterItem } from './queries';

const judgement = (outcome: Judgement['outcome'], lane: Judgement['lane'] = 'ACCEPT'): Judgement => ({
  outcome,
  lane,
  asked_category: 'K1',
  effective_category: 'K1',
  rule_id: 'R-1',
  article_ja: '',
  article_en: '',
  ja: '',
  en: '',
  possible_ja: '',
  possible_en: '',
  reclassified: false,
  by_house_rule: false,
  verified: true,
});

const item = (no: number, over: Partial<MatterItem> = {}, period?: { from: string; until: string }): MatterItem => ({
  item: {
    no,
    selector: {
      input: { type: 'ACCOUNT_ID', value: 'rei1' },
      display: 'rei1',
      canonical: 'rei1',
      masked: 'r***',
      is_communication: false,
    },
    ...(period ? { period } : {}),
    categories: ['K1', 'K8'],
    purpose: '',
    asks_registration_address: false,
  },
  judgement: judgement('ALLOW'),
  ...over,
});

const accepted: Decision = { no: 1, disposition: 'ACCEPT', rule_id: 'R-1', comment: '' };

const lookup = (act: string, source: string, rows: string[][], columns = ['name', 'day']): Lookup => ({
  act,
  no: 1,
  provenance: { source, query: 'q', at: '2026-11-20T00:00:00Z', rows: rows.length },
  table: { columns, rows },
  truncated: false,
});

const matter = (items: MatterItem[], lookups: Lookup[] = [], collected?: Matter['collected']): Matter =>
  ({ items, lookups, timeline: [], releases: [], ...(collected ? { collected } : {}) }) as unknown as Matter;

const words: StruckWords = { prefix: '除いた記録:', write: (source, n, reason) => `除いた記録:${source} ${n}行(${reason})` };
const title = (source: string) => source;
const isHand = (source: string) => source === 'papers';

describe('what may be decided', () => {
  it('leaves to the legal desk what the law leaves open, and accepts nothing that is closed', () => {
    expect(standingOf(judgement('LEGAL_REVIEW'))).toBe('OPEN');
    expect(choicesFor('INTAKE', judgement('LEGAL_REVIEW'))).toEqual(['LEGAL_REVIEW']);
    expect(choicesFor('LEGAL', judgement('LEGAL_REVIEW'))).toContain('ACCEPT');
    expect(choicesFor('INTAKE', judgement('NEEDS_WARRANT'))).not.toContain('ACCEPT');
    expect(choicesFor('LEGAL', judgement('DENY'))).not.toContain('ACCEPT');
    expect(choicesFor('INTAKE', judgement('OWN_FORM', 'RETURN'))).not.toContain('ACCEPT');
    expect(choicesFor('INTAKE', undefined)).not.toContain('ACCEPT');
    expect(choicesFor('LEGAL', judgement('ALLOW'))).not.toContain('LEGAL_REVIEW');
  });

  it('asks for a reason where the server will', () => {
    expect(needsComment('INTAKE', judgement('ALLOW'), 'NEEDS_WARRANT')).toBe(true);
    expect(needsComment('INTAKE', judgement('NEEDS_WARRANT'), 'NEEDS_WARRANT')).toBe(false);
    const one = item(1);
    expect(lacks('INTAKE', one, draftOf(one, undefined))).toEqual(['disposition']);
    expect(lacks('INTAKE', one, { ...draftOf(one, accepted), disposition: 'RETURN' })).toEqual(['reason']);
    expect(lacks('LEGAL', one, draftOf(one, accepted))).toEqual(['comment']);
    expect(lacks('INTAKE', one, draftOf(one, accepted))).toEqual([]);
  });

  it('narrows within the period asked for and keeps its exact ends', () => {
    const period = { from: '2026-09-30T15:00:00Z', until: '2026-10-31T14:59:59Z' };
    const one = item(1, {}, period);
    const draft = { ...draftOf(one, undefined), disposition: 'NARROW' as const };
    expect([draft.from, draft.until]).toEqual(['2026-10-01', '2026-10-31']);
    expect(lacks('INTAKE', one, draft)).toEqual(['narrowing']);
    const narrower = { ...draft, until: '2026-10-07' };
    expect(lacks('INTAKE', one, narrower)).toEqual([]);
    expect(decisionOf(one, narrower).narrowing?.period).toEqual({ from: period.from, until: '2026-10-07T23:59:59+09:00' });
    const fewer = { ...draft, categories: ['K1' as const] };
    expect(decisionOf(one, fewer).narrowing).toEqual({ categories: ['K1'], message: '' });
  });
});

describe('the answer in the making', () => {
  const rows = [
    ['甲', '2026-10-02'],
    ['乙', '2026-11-05'],
    ['甲', '2026-10-02'],
  ];

  it('finds its rows again, equal rows once each', () => {
    expect(
      matchRows(rows, [
        ['甲', '2026-10-02'],
        ['甲', '2026-10-02'],
      ]),
    ).toEqual([0, 2]);
    expect(matchRows(rows, [['丙', '']])).toBeNull();
  });

  it('answers what is ticked, and accounts for what is not', () => {
    const it1 = item(1, { decision: accepted });
    const of = matter([it1], [lookup('a', 'members', rows), lookup('b', 'members2', [])]);
    const { draft, hand } = loadDraft(of, isHand, title, words);
    const one = draft.items[0];
    if (!one) throw new Error('no item');
    expect(one.result).toBeNull();
    expect(answerLacks(draft, hand, of, isHand).get(1)).toEqual(['result']);
    const filled: AnswerDraft = { ...draft, minutes: '12', items: [{ ...one, result: 'ANSWERED', ticked: { a: [0, 2] } }] };
    expect(answerLacks(filled, hand, of, isHand).get(1)).toEqual(['struck']);
    const done: AnswerDraft = { ...filled, items: [{ ...(filled.items[0] as typeof one), struck: { a: '別人のため' } }] };
    expect(answerLacks(done, hand, of, isHand).size).toBe(0);
    const answer = buildAnswer(done, hand, of, title, words);
    expect(answer.minutes).toBe(12);
    expect(answer.items[0]?.tables).toEqual([{ columns: ['name', 'day'], rows: [rows[0], rows[2]] }]);
    expect(answer.items[0]?.provenance.map((one) => [one.source, one.rows])).toEqual([
      ['members', 2],
      ['members2', 0],
    ]);
    expect(answer.items[0]?.message).toBe('除いた記録:members 1行(別人のため)');
    // Saved and loaded again it is the same.
    const again = loadDraft(matter([it1], of.lookups, answer), isHand, title, words);
    expect(again.draft.items[0]).toEqual({ ...done.items[0], message: '' });
    expect(buildAnswer(again.draft, again.hand, of, title, words)).toEqual(answer);
  });

  it('keeps tables by hand beside those of the sources', () => {
    const of = matter([item(1, { decision: accepted })], [lookup('h', 'papers', [['', '']], ['seller', 'remark'])]);
    const { draft, hand } = loadDraft(of, isHand, title, words);
    expect(hand[1]?.[0]?.lookup).toBe('h');
    const typed = {
      1: [
        {
          ...(hand[1]?.[0] as NonNullable<(typeof hand)[1]>[0]),
          rows: [
            ['甲', 'x'],
            ['', ''],
          ],
        },
      ],
    };
    const one = { ...(draft.items[0] as AnswerDraft['items'][0]), result: 'ANSWERED' as const };
    const answer = buildAnswer({ ...draft, items: [one] }, typed, of, title, words);
    expect(answer.items[0]?.tables).toEqual([{ columns: ['seller', 'remark'], rows: [['甲', 'x']] }]);
    expect(answer.items[0]?.provenance[0]?.rows).toBe(1);
    const again = loadDraft(matter(of.items, of.lookups, answer), isHand, title, words);
    expect(again.hand[1]?.[0]?.rows).toEqual([['甲', 'x']]);
  });

  it('carries nothing for an item that needs a warrant', () => {
    const of = matter([item(1, { decision: { ...accepted, disposition: 'NEEDS_WARRANT', reason: 'SECRECY_OF_COMMUNICATIONS' } })]);
    const { draft, hand } = loadDraft(of, isHand, title, words);
    expect(resultsFor(of.items[0] as MatterItem, false)).toEqual(['NEEDS_WARRANT']);
    const answer = buildAnswer(draft, hand, of, title, words);
    expect(answer.items[0]).toMatchObject({ result: 'NEEDS_WARRANT', reason: 'SECRECY_OF_COMMUNICATIONS', tables: [], files: [] });
    expect(answerLacks(draft, hand, of, isHand).size).toBe(0);
  });

  it('leaves released items alone, until a proposal is declined', () => {
    const released = item(2, { decision: { ...accepted, no: 2, disposition: 'NARROW' }, result: 'NARROWING_PROPOSED' });
    const of = matter([item(1, { decision: accepted }), released]);
    expect(openItems(of).map((one) => one.item.no)).toEqual([1]);
    const declined = { ...of, timeline: [{ kind: 'narrowing.declined', effect: 'APPLIED' }] } as unknown as Matter;
    expect(openItems(declined).map((one) => one.item.no)).toEqual([1, 2]);
    expect(resultsFor(released, true)).not.toContain('NARROWING_PROPOSED');
  });
});

describe('differences to what was asked', () => {
  const period = { from: '2026-09-30T15:00:00Z', until: '2026-10-31T14:59:59Z' };

  it('reads days as offices write them', () => {
    expect(dayIn('2026-10-02 12:00')).toBe(Date.parse('2026-10-01T15:00:00Z'));
    expect(dayIn('2026年10月2日')).toBe(dayIn('2026/10/2'));
    expect(dayIn('住所')).toBeNull();
  });

  it('tells rows left out and rows outside the period', () => {
    const of = matter(
      [item(1, { decision: accepted }, period)],
      [
        lookup('a', 'members', [
          ['甲', '2026-10-02'],
          ['乙', '2026-11-05'],
          ['丙', '2026-10-31'],
        ]),
      ],
    );
    const answer = {
      items: [
        {
          no: 1,
          result: 'ANSWERED' as const,
          message: '',
          tables: [
            {
              columns: ['name', 'day'],
              rows: [
                ['甲', '2026-10-02'],
                ['乙', '2026-11-05'],
              ],
            },
          ],
          provenance: [{ source: 'members', query: 'q', at: '2026-11-20T00:00:00Z', rows: 2 }],
          files: [],
        },
      ],
      reference: '',
      preparer: '',
      completeness: '',
      minutes: 0,
      yen: 0,
    };
    expect(differences(of, answer, isHand).map((one) => [one.kind, one.n])).toEqual([
      ['rowsLeft', 1],
      ['outside', 1],
    ]);
    expect(differences(of, { ...answer, items: [] }, isHand)).toEqual([{ no: 1, kind: 'missing', side: 'little', n: 1 }]);
  });
});
