// Decisions about items as the form holds them: which dispositions the law leaves open, what each of them needs, and the values the server takes.
import { dayInJapan } from './days';
import type { Category, Decision, Disposition, Judgement, MatterItem, ReasonCode, ReasonUse } from './queries';

export interface DecisionDraft {
  no: number;
  disposition: Disposition | null;
  reason: ReasonCode | null;
  comment: string;
  from: string | null; // narrowing: days in Japan
  until: string | null;
  categories: Category[];
  message: string;
}

export type Desk = 'INTAKE' | 'LEGAL';
export type Standing = 'ALLOWED' | 'OPEN' | 'CLOSED';

export function standingOf(judgement: Judgement | undefined): Standing {
  switch (judgement?.outcome) {
    case 'ALLOW':
    case 'OWN_FORM':
      return judgement.lane === 'RETURN' ? 'CLOSED' : 'ALLOWED';
    case 'LEGAL_REVIEW':
    case 'PRESENT_DANGER_ONLY':
    case 'LOCATION_RULE':
      return 'OPEN';
    case 'NEEDS_WARRANT':
    case 'PRESERVE':
    case 'DENY':
    case undefined:
      return 'CLOSED';
  }
}

// What may be chosen (the server checks the same): what the law leaves open goes to the legal desk, what it closes is accepted by nobody.
export function choicesFor(desk: Desk, judgement: Judgement | undefined): Disposition[] {
  const standing = standingOf(judgement);
  if (desk === 'INTAKE') {
    if (standing === 'OPEN') return ['LEGAL_REVIEW'];
    const rest: Disposition[] = ['NEEDS_WARRANT', 'LEGAL_REVIEW', 'NARROW', 'RETURN'];
    return standing === 'ALLOWED' ? ['ACCEPT', ...rest] : rest;
  }
  const rest: Disposition[] = ['NEEDS_WARRANT', 'NARROW', 'RETURN'];
  return standing === 'CLOSED' ? rest : ['ACCEPT', ...rest];
}

export function reasonUses(disposition: Disposition | null): ReasonUse[] {
  switch (disposition) {
    case 'NEEDS_WARRANT':
      return ['NEEDS_WARRANT'];
    case 'NARROW':
      return ['NARROW'];
    case 'RETURN':
      return ['RETURN', 'REFUSE'];
    case 'ACCEPT':
    case 'LEGAL_REVIEW':
    case null:
      return [];
  }
}

// Stricter than the law at intake, and everything the legal desk decides, is explained.
export function needsComment(desk: Desk, judgement: Judgement | undefined, disposition: Disposition | null): boolean {
  if (desk === 'LEGAL') return true;
  return (
    disposition === 'NEEDS_WARRANT' && judgement?.outcome !== 'NEEDS_WARRANT' && judgement?.outcome !== 'DENY' && judgement?.outcome !== 'PRESERVE'
  );
}

export function draftOf(item: MatterItem, given: Decision | undefined): DecisionDraft {
  const asked = item.item.period;
  return {
    no: item.item.no,
    disposition: given?.disposition ?? null,
    reason: given?.reason ?? null,
    comment: given?.comment ?? '',
    from: given?.narrowing?.period ? dayInJapan(given.narrowing.period.from) : asked ? dayInJapan(asked.from) : null,
    until: given?.narrowing?.period ? dayInJapan(given.narrowing.period.until) : asked ? dayInJapan(asked.until) : null,
    categories: given?.narrowing?.categories.length ? given.narrowing.categories : [...item.item.categories],
    message: given?.narrowing?.message ?? '',
  };
}

// The day typed, held within the period that was asked for: its first and last instants are kept exactly.
function narrowedPeriod(item: MatterItem, draft: DecisionDraft) {
  if (!draft.from || !draft.until) return undefined;
  const asked = item.item.period;
  const from = asked && dayInJapan(asked.from) === draft.from ? asked.from : `${draft.from}T00:00:00+09:00`;
  const until = asked && dayInJapan(asked.until) === draft.until ? asked.until : `${draft.until}T23:59:59+09:00`;
  if (asked && from === asked.from && until === asked.until) return undefined;
  return { from, until };
}

export function decisionOf(item: MatterItem, draft: DecisionDraft): Decision {
  const disposition = draft.disposition ?? 'LEGAL_REVIEW';
  const uses = reasonUses(disposition);
  const period = narrowedPeriod(item, draft);
  return {
    no: draft.no,
    disposition,
    ...(uses.length > 0 && draft.reason ? { reason: draft.reason } : {}),
    rule_id: item.judgement?.rule_id ?? '',
    comment: draft.comment.trim(),
    ...(disposition === 'NARROW'
      ? {
          narrowing: {
            ...(period ? { period } : {}),
            categories: draft.categories.length < item.item.categories.length ? draft.categories : [],
            message: draft.message.trim(),
          },
        }
      : {}),
  };
}

export type Lack = 'disposition' | 'reason' | 'comment' | 'narrowing';

// What is missing before it is sent, so that the person is told at the field at once.
export function lacks(desk: Desk, item: MatterItem, draft: DecisionDraft): Lack[] {
  const out: Lack[] = [];
  if (!draft.disposition) return ['disposition'];
  if (draft.disposition === 'RETURN' && !draft.reason) out.push('reason');
  if (needsComment(desk, item.judgement, draft.disposition) && draft.comment.trim() === '') out.push('comment');
  if (draft.disposition === 'NARROW') {
    const narrower =
      narrowedPeriod(item, draft) !== undefined || (draft.categories.length > 0 && draft.categories.length < item.item.categories.length);
    if (!narrower) out.push('narrowing');
  }
  return out;
}
