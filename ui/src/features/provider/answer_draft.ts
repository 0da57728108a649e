// The answer in the making, as the operator's form holds it, and the answer the server takes. Pure.
// Rows are ticked one by one; rows left out are accounted for: how many of which source, and why, stands in the item's message.
import type { Answer, FileRef, ItemAnswer, ItemResult, Lookup, Matter, MatterItem, ReasonCode, ReasonUse } from './queries';

export interface HandTable {
  key: string;
  lookup: string | null; // the form of a source by hand, or none
  columns: string[];
  rows: string[][];
}

export interface ItemDraft {
  no: number;
  result: ItemResult | null;
  reason: ReasonCode | null;
  message: string;
  reachesBack: string | null;
  ticked: Record<string, number[]>; // act of the lookup -> rows included
  struck: Record<string, string>; // act of the lookup -> why the other rows are left out
  files: FileRef[];
}

export interface AnswerDraft {
  items: ItemDraft[];
  reference: string;
  completeness: string;
  minutes: string; // as typed
  yen: string;
}

export type HandTables = Record<number, HandTable[]>;

// The sentence that stands in the message for rows left out: made and recognised by the same words.
export interface StruckWords {
  write: (source: string, rows: number, reason: string) => string;
  prefix: string;
}

const sameCells = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((cell, index) => cell === b[index]);

// Which rows of the lookup this table holds; null when it is not a part of it.
export function matchRows(lookup: readonly string[][], table: readonly string[][]): number[] | null {
  const used = new Set<number>();
  for (const row of table) {
    const at = lookup.findIndex((candidate, index) => !used.has(index) && sameCells(candidate, row));
    if (at < 0) return null;
    used.add(at);
  }
  return [...used].sort((a, b) => a - b);
}

export function isDeclined(matter: Matter, no: number): boolean {
  const declined = matter.timeline.some((act) => act.kind === 'narrowing.declined' && act.effect === 'APPLIED');
  return declined && matter.items.some((item) => item.item.no === no && item.result === 'NARROWING_PROPOSED');
}

// Items that the answer in hand is about: those no earlier release has finished.
export function openItems(matter: Matter): MatterItem[] {
  return matter.items.filter((item) => !item.result || isDeclined(matter, item.item.no));
}

export function resultsFor(item: MatterItem, declined: boolean): ItemResult[] {
  switch (item.decision?.disposition) {
    case 'ACCEPT':
      return ['ANSWERED', 'PARTLY_ANSWERED', 'NONE_HELD', 'REFUSED'];
    case 'NEEDS_WARRANT':
      return ['NEEDS_WARRANT'];
    case 'RETURN':
      return ['REFUSED'];
    case 'NARROW':
      return declined ? ['PARTLY_ANSWERED', 'NONE_HELD', 'REFUSED'] : ['NARROWING_PROPOSED'];
    case 'LEGAL_REVIEW':
    case undefined:
      return [];
  }
}

export function reasonUsesFor(result: ItemResult | null, item: MatterItem): ReasonUse[] {
  switch (result) {
    case 'PARTLY_ANSWERED':
      return ['NONE_HELD', 'REFUSE', 'NARROW'];
    case 'NONE_HELD':
      return ['NONE_HELD'];
    case 'REFUSED':
      return item.decision?.disposition === 'NARROW' ? ['REFUSE', 'RETURN', 'NARROW'] : ['REFUSE', 'RETURN'];
    case 'NEEDS_WARRANT':
      return ['NEEDS_WARRANT'];
    case 'NARROWING_PROPOSED':
      return ['NARROW'];
    case 'ANSWERED':
    case null:
      return [];
  }
}

export const carriesData = (result: ItemResult | null) => result === 'ANSWERED' || result === 'PARTLY_ANSWERED';

// What the disposition already settles is filled in; the person may still change the words.
function fresh(item: MatterItem, declined: boolean): ItemDraft {
  const results = resultsFor(item, declined);
  const only = results.length === 1 ? (results[0] ?? null) : null;
  return {
    no: item.item.no,
    result: only,
    reason: only ? (item.decision?.reason ?? null) : null,
    message: only ? (item.decision?.comment ?? '') : '',
    reachesBack: null,
    ticked: {},
    struck: {},
    files: [],
  };
}

export function splitMessage(message: string, words: StruckWords): { text: string; struck: string[] } {
  const lines = message.split('\n');
  return {
    text: lines
      .filter((line) => !line.startsWith(words.prefix))
      .join('\n')
      .trim(),
    struck: lines.filter((line) => line.startsWith(words.prefix)),
  };
}

export interface Loaded {
  draft: AnswerDraft;
  hand: HandTables;
}

// From the answer saved last, or empty.
export function loadDraft(matter: Matter, isHand: (source: string) => boolean, titles: (source: string) => string, words: StruckWords): Loaded {
  const saved = matter.collected;
  const hand: HandTables = {};
  const items = openItems(matter).map((item): ItemDraft => {
    const no = item.item.no;
    const draft = fresh(item, isDeclined(matter, no));
    const answer = saved?.items.find((one) => one.no === no);
    const lookups = matter.lookups.filter((one) => one.no === no);
    const forms = lookups
      .filter((lookup) => isHand(lookup.provenance.source))
      .map(
        (lookup): HandTable => ({
          key: lookup.act,
          lookup: lookup.act,
          columns: [...lookup.table.columns],
          rows: [lookup.table.columns.map(() => '')],
        }),
      );
    if (!answer) {
      if (forms.length > 0) hand[no] = forms;
      return draft;
    }
    const split = splitMessage(answer.message, words);
    const free = [...lookups];
    const tables: HandTable[] = [];
    answer.tables.forEach((table, index) => {
      const at = free.findIndex(
        (lookup) => sameCells(lookup.table.columns, table.columns) && !isHand(lookup.provenance.source) && matchRows(lookup.table.rows, table.rows),
      );
      const found = at >= 0 ? free.splice(at, 1)[0] : undefined;
      if (found) {
        draft.ticked[found.act] = matchRows(found.table.rows, table.rows) ?? [];
        return;
      }
      const form = free.findIndex((lookup) => isHand(lookup.provenance.source) && sameCells(lookup.table.columns, table.columns));
      const byHand = form >= 0 ? free.splice(form, 1)[0] : undefined;
      tables.push({
        key: byHand?.act ?? `hand-${index}`,
        lookup: byHand?.act ?? null,
        columns: [...table.columns],
        rows: table.rows.map((row) => [...row]),
      });
    });
    tables.push(...forms.filter((form) => !tables.some((table) => table.lookup === form.lookup)));
    if (tables.length > 0) hand[no] = tables;
    for (const lookup of lookups) {
      const line = split.struck.find((one) => one.includes(titles(lookup.provenance.source)));
      const reason = line ? /[((]([^()()]*)[))]$/.exec(line)?.[1] : undefined;
      if (reason) draft.struck[lookup.act] = reason;
    }
    return {
      ...draft,
      result: answer.result,
      reason: answer.reason ?? null,
      message: split.text,
      reachesBack: answer.reaches_back ?? null,
      files: [...answer.files],
    };
  });
  return {
    draft: {
      items,
      reference: saved?.reference ?? '',
      completeness: saved?.completeness ?? '',
      minutes: saved ? String(saved.minutes) : '',
      yen: saved ? String(saved.yen) : '',
    },
    hand,
  };
}

function filled(rows: readonly string[][]): string[][] {
  return rows.filter((row) => row.some((cell) => cell.trim() !== '')).map((row) => row.map((cell) => cell.trim()));
}

function itemAnswer(
  draft: ItemDraft,
  item: MatterItem,
  lookups: readonly Lookup[],
  hand: readonly HandTable[],
  titles: (source: string) => string,
  words: StruckWords,
): ItemAnswer {
  const result = draft.result ?? 'NONE_HELD';
  const out: ItemAnswer = {
    no: draft.no,
    result,
    message: draft.message.trim(),
    tables: [],
    provenance: [],
    files: carriesData(result) ? draft.files : [],
  };
  if (draft.reason) out.reason = draft.reason;
  if (draft.reachesBack) out.reaches_back = draft.reachesBack;
  if (result === 'NARROWING_PROPOSED' && item.decision?.narrowing) out.narrowing = item.decision.narrowing;
  const lines: string[] = [];
  const forms = new Set(hand.map((table) => table.lookup));
  for (const lookup of lookups) {
    if (forms.has(lookup.act)) continue;
    const ticked = draft.ticked[lookup.act] ?? [];
    const rows = ticked.flatMap((index) => (lookup.table.rows[index] ? [lookup.table.rows[index]] : []));
    if (carriesData(result) && rows.length > 0) {
      out.tables.push({ columns: lookup.table.columns, rows });
      out.provenance.push({ ...lookup.provenance, rows: rows.length });
    } else if (lookup.table.rows.length === 0) {
      out.provenance.push({ ...lookup.provenance, rows: 0 });
    }
    const left = lookup.table.rows.length - (carriesData(result) ? rows.length : 0);
    const why = draft.struck[lookup.act]?.trim() ?? '';
    if (left > 0 && why !== '' && (carriesData(result) || result === 'NONE_HELD'))
      lines.push(words.write(titles(lookup.provenance.source), left, why));
  }
  if (carriesData(result)) {
    for (const table of hand) {
      const rows = filled(table.rows);
      if (rows.length === 0) continue;
      out.tables.push({ columns: table.columns.map((column) => column.trim()), rows });
      const lookup = lookups.find((one) => one.act === table.lookup);
      if (lookup) out.provenance.push({ ...lookup.provenance, rows: rows.length });
    }
  }
  out.message = [out.message, ...lines].filter((line) => line !== '').join('\n');
  return out;
}

export function buildAnswer(draft: AnswerDraft, hand: HandTables, matter: Matter, titles: (source: string) => string, words: StruckWords): Answer {
  return {
    items: draft.items.flatMap((one) => {
      const item = matter.items.find((candidate) => candidate.item.no === one.no);
      if (!item || !one.result) return [];
      const lookups = matter.lookups.filter((lookup) => lookup.no === one.no);
      return [itemAnswer(one, item, lookups, hand[one.no] ?? [], titles, words)];
    }),
    reference: draft.reference.trim(),
    preparer: '',
    completeness: draft.completeness.trim(),
    minutes: Number.parseInt(draft.minutes, 10) || 0,
    yen: Number.parseInt(draft.yen, 10) || 0,
  };
}

export type AnswerLack = 'result' | 'reason' | 'data' | 'struck' | 'minutes' | 'yen';
const kWhole = /^\d{1,8}$/;

// What is missing before the answer goes to the second person, by item (0: the whole).
export function answerLacks(draft: AnswerDraft, hand: HandTables, matter: Matter, isHand: (source: string) => boolean): Map<number, AnswerLack[]> {
  const out = new Map<number, AnswerLack[]>();
  const add = (no: number, lack: AnswerLack) => out.set(no, [...(out.get(no) ?? []), lack]);
  for (const one of draft.items) {
    const lookups = matter.lookups.filter((lookup) => lookup.no === one.no && !isHand(lookup.provenance.source));
    if (!one.result) add(one.no, 'result');
    if (one.result === 'REFUSED' && !one.reason) add(one.no, 'reason');
    if (carriesData(one.result)) {
      const ticked = lookups.some((lookup) => (one.ticked[lookup.act] ?? []).length > 0);
      const byHand = (hand[one.no] ?? []).some((table) => filled(table.rows).length > 0);
      if (!ticked && !byHand && one.files.length === 0 && one.message.trim() === '') add(one.no, 'data');
    }
    if (carriesData(one.result) || one.result === 'NONE_HELD') {
      const unexplained = lookups.some((lookup) => {
        const taken = carriesData(one.result) ? (one.ticked[lookup.act] ?? []).length : 0;
        return lookup.table.rows.length > taken && (one.struck[lookup.act] ?? '').trim() === '';
      });
      if (unexplained) add(one.no, 'struck');
    }
  }
  if (draft.minutes.trim() !== '' && !kWhole.test(draft.minutes.trim())) add(0, 'minutes');
  if (draft.yen.trim() !== '' && !kWhole.test(draft.yen.trim())) add(0, 'yen');
  return out;
}
