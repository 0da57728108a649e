// Invented organisations, people and numbers for the gallery.
import type { TFunction } from 'i18next';
import type { Session } from '../../api/session';
import type { AgencyState, PaperForm, TimelineAct } from '../../components';

export type KitchenT = TFunction<'kitchen'>;
export const now = new Date('2026-11-21T05:05:00Z');

export function sampleSession(k: KitchenT): Session {
  return {
    csrf: '-',
    person: '0'.repeat(32),
    name: k('person2'),
    post: k('post', { lng: 'ja' }),
    organisation: 'kakuu.police.example',
    organisation_name_ja: k('agency', { lng: 'ja' }),
    organisation_name_en: k('agency', { lng: 'en' }),
    side: 'AGENCY',
    roles: ['investigator', 'supervisor', 'approver', 'registrar'],
    role: 'investigator',
    factor_needed: false,
    challenge_text: '',
    signer: `kakuu.police.example/person/${'0'.repeat(32)}`,
    device_nonce: '',
    rp_id: '',
    passkeys: [],
    until: '2026-11-21T12:00:00Z',
    is_demo: true,
    is_admitted: true,
  };
}

export interface SampleRow {
  id: string;
  number: string;
  addressee: string;
  selector: string;
  state: AgencyState;
  due: Date;
  items: number;
}

export function sampleRows(k: KitchenT): SampleRow[] {
  const row = (n: number, addressee: string, selector: string, state: AgencyState, day: string, items: number): SampleRow => ({
    id: String(n),
    number: k('number').replace('1204', String(n)),
    addressee,
    selector,
    state,
    due: new Date(`${day}T08:00:00Z`),
    items,
  });
  return [
    row(1204, k('provider'), '090-****-0001', 'IN_PROGRESS', '2026-12-01', 3),
    row(1198, k('provider2'), '203.0.113.***', 'NEEDS_WARRANT', '2026-11-27', 1),
    row(1187, k('provider'), '080-****-0042', 'OVERDUE', '2026-11-18', 12),
    row(1175, k('provider2'), 'sh***@shop.example', 'PARTLY_ANSWERED', '2026-11-24', 104),
    row(1160, k('provider'), '070-****-7788', 'ANSWERED', '2026-11-20', 2),
  ];
}

// The paper is a Japanese document in either language.
export function samplePaper(k: KitchenT): { before: PaperForm; now: PaperForm } {
  const ja = (key: Parameters<KitchenT>[0]) => k(key as 'title', { lng: 'ja' });
  const base: PaperForm = {
    number: ja('number'),
    serial: '令8-00417',
    date: now,
    addressee: ja('provider'),
    office: ja('agency'),
    post: ja('post'),
    head: ja('person'),
    signed: true,
    items: [
      {
        id: '1',
        type: '電話番号',
        value: '090-0000-0001',
        period: '令和8年8月1日から令和8年10月31日まで',
        wanted: ja('wanted1'),
        purpose: ja('purpose1'),
      },
      {
        id: '2',
        type: 'ドメイン名',
        value: 'shop.example',
        period: '令和8年9月1日から令和8年9月30日まで',
        wanted: ja('wanted2'),
        purpose: ja('purpose2'),
      },
    ],
    offence: ja('offence'),
    due: new Date('2026-12-01T08:00:00Z'),
    answerHow: ja('answerHow'),
    officer: { section: ja('unit'), post: '係長', name: ja('person2'), telephone: '000-000-0000', extension: '4321' },
    confidential: true,
  };
  const [first, second] = base.items;
  if (!first || !second) return { before: base, now: base };
  return {
    before: { ...base, due: new Date('2026-11-30T08:00:00Z'), items: [{ ...first, period: '令和8年5月1日から令和8年10月31日まで' }] },
    now: base,
  };
}

export function sampleActs(k: KitchenT, role: (key: 'investigator' | 'supervisor' | 'approver' | 'registrar') => string): TimelineAct[] {
  const act = (id: string, what: string, person: string, r: Parameters<typeof role>[0], at: string, rest: Partial<TimelineAct>): TimelineAct => ({
    id,
    what,
    person,
    role: role(r),
    at: new Date(at),
    ...rest,
  });
  return [
    act('1', k('actDrafted'), k('person2'), 'investigator', '2026-11-19T01:12:00Z', { icon: 'pencil', internal: true }),
    act('2', k('actChecked'), k('person3'), 'supervisor', '2026-11-19T04:40:00Z', { icon: 'check', internal: true }),
    act('3', k('actApproved'), k('person'), 'approver', '2026-11-20T00:05:00Z', { icon: 'stamp', ownSignature: true }),
    act('4', k('actDispatched'), k('person3'), 'registrar', '2026-11-20T00:31:00Z', { icon: 'send', ownSignature: true }),
  ];
}
