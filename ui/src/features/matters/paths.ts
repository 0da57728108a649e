// Where a row leads: to the page on which its next step is taken, else to the page of the matter.
import type { Schema } from '../../api/api';
import type { Role } from '../../api/session';

type Row = Schema<'RowView'>;

const pages: Partial<Record<Schema<'Turn'>, (matter: string) => string>> = {
  APPROVE: (matter) => `/approvals/${matter}`,
  NUMBER: (matter) => `/dispatch/${matter}`,
  DISPATCH: (matter) => `/dispatch/${matter}`,
  DRAFT: (matter) => `/inquiries/${matter}/edit`,
  TRIAGE: (matter) => `/inbox/${matter}`,
  ACCEPT: (matter) => `/inbox/${matter}`,
  ASSIGN: (matter) => `/inbox/${matter}`,
  SUSPECT: (matter) => `/inbox/${matter}`,
  LEGAL: (matter) => `/legal/${matter}`,
  ANSWER: (matter) => `/answering/${matter}`,
  SECOND_CHECK: (matter) => `/release/${matter}`,
  RELEASE: (matter) => `/release/${matter}`,
};

export function pathOfRow(row: Row, role: Role): string {
  const page = row.is_my_turn ? pages[row.turn] : undefined;
  // A draft that waits for somebody else's hand is read, not written.
  if (page && !(row.turn === 'DRAFT' && (role !== 'investigator' || row.state === 'ORAL'))) return page(row.matter);
  return `/matters/${row.matter}`;
}
