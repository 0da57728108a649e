// Which pages a role finds in the navigation. The server decides what may be seen; this only spares people doors that stay shut.
import type { Role, Side } from '../api/session';
import type { IconName } from '../components/Icon';

export interface NavItem {
  to: string;
  key:
    | 'desk'
    | 'newInquiry'
    | 'matters'
    | 'register'
    | 'inbox'
    | 'answering'
    | 'legal'
    | 'release'
    | 'sources'
    | 'statements'
    | 'figures'
    | 'audit'
    | 'members'
    | 'cases'
    | 'help';
  icon: IconName;
}

const items = {
  desk: { to: '/', key: 'desk', icon: 'inbox' },
  newInquiry: { to: '/inquiries/new', key: 'newInquiry', icon: 'pencil' },
  matters: { to: '/matters', key: 'matters', icon: 'folder' },
  cases: { to: '/cases', key: 'cases', icon: 'file' },
  register: { to: '/register', key: 'register', icon: 'book' },
  inbox: { to: '/inbox', key: 'inbox', icon: 'list' },
  answering: { to: '/answering', key: 'answering', icon: 'pencil' },
  legal: { to: '/legal', key: 'legal', icon: 'scale' },
  release: { to: '/release', key: 'release', icon: 'send' },
  sources: { to: '/sources', key: 'sources', icon: 'gear' },
  statements: { to: '/statements', key: 'statements', icon: 'checkCircle' },
  figures: { to: '/figures', key: 'figures', icon: 'chart' },
  audit: { to: '/audit', key: 'audit', icon: 'shield' },
  members: { to: '/members', key: 'members', icon: 'people' },
  help: { to: '/help', key: 'help', icon: 'help' },
} as const satisfies Record<string, NavItem>;

type Name = keyof typeof items;

const byRole: Record<Role, readonly Name[]> = {
  investigator: ['desk', 'newInquiry', 'matters', 'cases'],
  supervisor: ['desk', 'matters', 'cases'],
  approver: ['desk', 'matters', 'cases', 'register', 'statements', 'figures', 'members'],
  registrar: ['desk', 'matters', 'register', 'statements', 'figures'],
  intake: ['desk', 'inbox', 'matters', 'sources', 'statements', 'figures'],
  operator: ['desk', 'answering', 'matters', 'sources'],
  legal: ['desk', 'legal', 'matters', 'sources', 'statements', 'figures'],
  releaser: ['desk', 'release', 'matters', 'sources', 'statements', 'figures'],
  auditor: ['desk', 'audit', 'matters', 'register', 'statements', 'figures'],
  admin: ['desk', 'members', 'sources'],
  node: [],
};

export function navFor(side: Side, role: Role): NavItem[] {
  const names = byRole[role].filter((name) => !(side === 'PROVIDER' ? name === 'register' : name === 'sources'));
  return [...names, 'help' as const].map((name) => items[name]);
}
