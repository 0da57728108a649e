// The pages and their addresses. Each page is its own chunk, fetched when somebody goes there.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { countNavigation } from '../components/Page';
import { type Filters, readFilters } from '../features/matters/filters';
import { NotFound, PageFailed, SignedIn } from './Root';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: PageFailed });

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  // Only paths of this site: an address given from outside must not lead away.
  validateSearch: (search: Record<string, unknown>): { to?: string; again?: boolean } => ({
    ...(typeof search.to === 'string' && /^\/(?![/\\])/.test(search.to) ? { to: search.to } : {}),
    ...(search.again === true ? { again: true } : {}),
  }),
  component: lazyRouteComponent(() => import('../features/login/LoginPage'), 'LoginPage'),
});

const signedIn = createRoute({ getParentRoute: () => root, id: 'signed-in', component: SignedIn });

// A page of the provider's side, in its own chunk.
const provider = <Path extends string, Name extends string>(path: Path, load: () => Promise<Record<Name, () => ReactNode>>, name: Name) =>
  createRoute({ getParentRoute: () => signedIn, path, component: lazyRouteComponent(load, name) });

// One word of a closed list in the address; anything else is as if it were absent.
function oneOf<Word extends string>(key: 'show', words: readonly Word[]): (search: Record<string, unknown>) => { show?: Word } {
  return (search) => {
    const word = words.find((one) => one === search[key]);
    return word ? { show: word } : {};
  };
}

const isDay = (value: unknown): value is string => typeof value === 'string' && /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(value);

const pages = [
  createRoute({ getParentRoute: () => signedIn, path: '/', component: lazyRouteComponent(() => import('../features/desk/DeskPage'), 'DeskPage') }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/inquiries/new',
    validateSearch: (search: Record<string, unknown>): { case?: string; template?: string } => ({
      ...(typeof search.case === 'string' ? { case: search.case } : {}),
      ...(typeof search.template === 'string' ? { template: search.template } : {}),
    }),
    component: lazyRouteComponent(() => import('../features/inquiry/InquiryPage'), 'NewInquiryPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/inquiries/oral',
    component: lazyRouteComponent(() => import('../features/inquiry/OralPage'), 'OralPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/inquiries/$id/edit',
    component: lazyRouteComponent(() => import('../features/inquiry/InquiryPage'), 'EditInquiryPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/matters',
    validateSearch: (search: Record<string, unknown>): Filters => readFilters(search),
    component: lazyRouteComponent(() => import('../features/matters/MattersPage'), 'MattersPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/matters/$id',
    // Why somebody looks who has no part in the matter; the page takes it out of the address at once.
    validateSearch: (search: Record<string, unknown>): { reason?: string } =>
      typeof search.reason === 'string' && search.reason.trim() !== '' ? { reason: search.reason.trim() } : {},
    component: lazyRouteComponent(() => import('../features/matter/MatterPage'), 'MatterPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/approvals/$id',
    component: lazyRouteComponent(() => import('../features/approval/ApprovalPage'), 'ApprovalPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/dispatch/$id',
    component: lazyRouteComponent(() => import('../features/approval/DispatchPage'), 'DispatchPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/register',
    validateSearch: (search: Record<string, unknown>): { office?: string; form?: 'A' | 'B' | 'C'; year?: number } => ({
      ...(typeof search.office === 'string' ? { office: search.office } : {}),
      ...(search.form === 'B' || search.form === 'C' ? { form: search.form } : {}),
      ...(typeof search.year === 'number' && search.year >= 2000 && search.year < 2200 ? { year: search.year } : {}),
    }),
    component: lazyRouteComponent(() => import('../features/register/RegisterPage'), 'RegisterPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/inbox',
    validateSearch: oneOf('show', ['all', 'triage', 'accept', 'assign', 'suspect']),
    component: lazyRouteComponent(() => import('../features/provider/InboxPage'), 'InboxPage'),
  }),
  provider('/inbox/$id', () => import('../features/provider/TriagePage'), 'TriagePage'),
  provider('/answering', () => import('../features/provider/WorkLists'), 'AnsweringList'),
  provider('/answering/$id', () => import('../features/provider/AnsweringPage'), 'AnsweringPage'),
  provider('/legal', () => import('../features/provider/WorkLists'), 'LegalList'),
  provider('/legal/$id', () => import('../features/provider/LegalPage'), 'LegalPage'),
  provider('/release', () => import('../features/provider/WorkLists'), 'ReleaseList'),
  provider('/release/$id', () => import('../features/provider/ReleasePage'), 'ReleasePage'),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/sources',
    validateSearch: oneOf('show', ['sources', 'profile', 'rules']),
    component: lazyRouteComponent(() => import('../features/provider/SourcesPage'), 'SourcesPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/statements',
    component: lazyRouteComponent(() => import('../features/figures/StatementsPage'), 'StatementsPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/statements/$id',
    component: lazyRouteComponent(() => import('../features/figures/StatementPage'), 'StatementPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/figures',
    validateSearch: (search: Record<string, unknown>): { from?: string; until?: string } => ({
      ...(isDay(search.from) ? { from: search.from } : {}),
      ...(isDay(search.until) ? { until: search.until } : {}),
    }),
    component: lazyRouteComponent(() => import('../features/figures/FiguresPage'), 'FiguresPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/audit',
    validateSearch: (search: Record<string, unknown>): { month?: string } =>
      typeof search.month === 'string' && /^\d{4}-(0[1-9]|1[0-2])$/.test(search.month) ? { month: search.month } : {},
    component: lazyRouteComponent(() => import('../features/figures/AuditPage'), 'AuditPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/members',
    validateSearch: (search: Record<string, unknown>): { tab?: string } => (typeof search.tab === 'string' ? { tab: search.tab } : {}),
    component: lazyRouteComponent(() => import('../features/members/MembersPage'), 'MembersPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/cases',
    component: lazyRouteComponent(() => import('../features/cases/CasesPage'), 'CasesPage'),
  }),
  createRoute({
    getParentRoute: () => signedIn,
    path: '/help',
    component: lazyRouteComponent(() => import('../features/help/HelpPage'), 'HelpPage'),
  }),
];

// The gallery exists in development and in the gallery build; a production bundle does not contain it.
const kitchen = __KITCHEN__
  ? [
      createRoute({
        getParentRoute: () => root,
        path: '/kitchen',
        component: lazyRouteComponent(() => import('../features/kitchen/KitchenPage'), 'KitchenPage'),
      }),
    ]
  : [];

export const router = createRouter({
  routeTree: root.addChildren([login, signedIn.addChildren(pages), ...kitchen]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});
router.subscribe('onBeforeLoad', ({ pathChanged }) => {
  if (pathChanged) countNavigation();
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
