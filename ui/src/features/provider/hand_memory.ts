// What one person typed by hand into one answer, for as long as this tab lives: it outlasts a log-out by time and a look at another page. Customers'
// data: never in the browser's storage, and gone when somebody logs out on purpose or anybody opens another answer.
import { onLogOut } from '../../api/session';
import type { HandTables } from './answer_draft';

let held: { owner: string; tables: HandTables } | null = null;

export function rememberHand(owner: string, tables: HandTables): void {
  held = { owner, tables };
}

export function recallHand(owner: string): HandTables | null {
  if (held?.owner !== owner) held = null;
  return held?.tables ?? null;
}

export function forgetHand(): void {
  held = null;
}

onLogOut(forgetHand);
