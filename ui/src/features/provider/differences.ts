// Held against what was asked: does the answer say too little, or too much? Pure; the second person reads it before counting.
import { carriesData, openItems } from './answer_draft';
import type { Answer, Matter } from './queries';

export type DifferenceKind = 'missing' | 'rowsLeft' | 'truncated' | 'outside' | 'byHand' | 'notLookedUp' | 'files' | 'unasked';
export interface Difference {
  no: number;
  kind: DifferenceKind;
  side: 'little' | 'much' | 'note';
  n: number;
}

const kDay = /^(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})/;

// A cell that begins with a day, as the instant that day begins in Japan.
export function dayIn(cell: string): number | null {
  const found = kDay.exec(cell.trim());
  if (!found) return null;
  const [, year, month, day] = found.map(Number);
  const at = Date.UTC(year as number, (month as number) - 1, day as number) - 9 * 3_600_000;
  return Number.isNaN(at) ? null : at;
}

// Columns that hold the time of an event rather than a person's dates: every filled cell of theirs is a day, and they vary with the rows.
function eventColumns(columns: readonly string[], rows: readonly (readonly string[])[]): number[] {
  return columns.flatMap((name, at) => {
    if (/生年月日|登録日|契約日|born|since|registered/i.test(name)) return [];
    const cells = rows.map((row) => row[at] ?? '').filter((cell) => cell !== '');
    return cells.length > 0 && cells.every((cell) => dayIn(cell) !== null) ? [at] : [];
  });
}

export function differences(matter: Matter, answer: Answer, isHand: (source: string) => boolean): Difference[] {
  const out: Difference[] = [];
  for (const item of openItems(matter)) {
    const no = item.item.no;
    const given = answer.items.find((one) => one.no === no);
    if (!given) {
      out.push({ no, kind: 'missing', side: 'little', n: 1 });
      continue;
    }
    const lookups = matter.lookups.filter((lookup) => lookup.no === no);
    const accepted = item.decision?.disposition === 'ACCEPT';
    if (accepted && lookups.length === 0 && given.result !== 'REFUSED') out.push({ no, kind: 'notLookedUp', side: 'note', n: 1 });
    if (carriesData(given.result)) {
      const found = lookups.filter((lookup) => !isHand(lookup.provenance.source)).reduce((sum, lookup) => sum + lookup.table.rows.length, 0);
      const sourced = given.provenance.filter((one) => !isHand(one.source)).reduce((sum, one) => sum + one.rows, 0);
      if (found > sourced) out.push({ no, kind: 'rowsLeft', side: 'little', n: found - sourced });
      const typed = given.tables.reduce((sum, table) => sum + table.rows.length, 0) - sourced;
      if (typed > 0) out.push({ no, kind: 'byHand', side: 'note', n: typed });
      if (given.files.length > 0) out.push({ no, kind: 'files', side: 'note', n: given.files.length });
      const period = item.item.period;
      if (period) {
        const from = Date.parse(period.from);
        const until = Date.parse(period.until);
        let outside = 0;
        for (const table of given.tables) {
          const columns = eventColumns(table.columns, table.rows);
          for (const row of table.rows)
            if (
              columns.some((at) => {
                const day = dayIn(row[at] ?? '');
                return day !== null && (day + 86_400_000 <= from || day > until);
              })
            )
              outside += 1;
        }
        if (outside > 0) out.push({ no, kind: 'outside', side: 'much', n: outside });
      }
    } else if (given.tables.length > 0 || given.files.length > 0) {
      out.push({ no, kind: 'unasked', side: 'much', n: given.tables.length + given.files.length });
    }
    const cut = lookups.filter((lookup) => lookup.truncated).length;
    if (cut > 0) out.push({ no, kind: 'truncated', side: 'little', n: cut });
  }
  return out;
}
