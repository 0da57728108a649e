// The steps the server offers, as this interface shows them: words, icon, and whether they have a page of their own.
import type { Schema } from '../../api/api';
import type { IconName } from '../../components';

interface Look {
  icon: IconName;
  danger?: boolean;
  to?: (matter: string) => string;
}

export const actionLooks = {
  check: { icon: 'check' },
  approve: { icon: 'stamp', to: (matter) => `/approvals/${matter}` },
  number: { icon: 'hash', to: (matter) => `/dispatch/${matter}` },
  dispatch: { icon: 'send', to: (matter) => `/dispatch/${matter}` },
  retrieve: { icon: 'inbox' },
  open_answer: { icon: 'eye' },
  edit: { icon: 'pencil', to: (matter) => `/inquiries/${matter}/edit` },
  amend: { icon: 'pencil', to: (matter) => `/inquiries/${matter}/edit` },
  close: { icon: 'lock' },
  feedback: { icon: 'handshake' },
  decline_narrowing: { icon: 'ban' },
  remind: { icon: 'clock' },
  send_back: { icon: 'undo' },
  withdraw: { icon: 'undo', danger: true },
  void: { icon: 'cross', danger: true },
  hand_over: { icon: 'people' },
  retain: { icon: 'archive' },
  purge: { icon: 'trash', danger: true },
  triage: { icon: 'list', to: (matter) => `/inbox/${matter}` },
  decide_legal: { icon: 'scale', to: (matter) => `/legal/${matter}` },
  accept: { icon: 'handshake', to: (matter) => `/inbox/${matter}` },
  assign: { icon: 'person', to: (matter) => `/inbox/${matter}` },
  look_up: { icon: 'search', to: (matter) => `/answering/${matter}` },
  collect: { icon: 'folder', to: (matter) => `/answering/${matter}` },
  check_answer: { icon: 'people', to: (matter) => `/release/${matter}` },
  release: { icon: 'send', to: (matter) => `/release/${matter}` },
  send_back_answer: { icon: 'undo', to: (matter) => `/release/${matter}` },
  return: { icon: 'undo', to: (matter) => `/inbox/${matter}` },
  evidence: { icon: 'proof' },
} as const satisfies Record<string, Look>;

export type ActionName = keyof typeof actionLooks;

export function isActionName(name: string): name is ActionName {
  return name in actionLooks;
}

export function lookOf(name: ActionName): Look {
  return actionLooks[name];
}

// An answer that lies open has been read: now its sender is told what it led to, and then the matter is closed.
export function nextAfterReading(view: Pick<Schema<'MatterView'>, 'releases' | 'timeline'>): ActionName | null {
  const answers = view.releases.filter((one) => !one.is_overridden && !one.is_purged);
  if (answers.length === 0 || !answers.every((one) => one.is_open)) return null;
  return view.timeline.some((act) => act.kind === 'inquiry.feedback') ? 'close' : 'feedback';
}
