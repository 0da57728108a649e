// The pages and their addresses. Each page is its own chunk, fetched when somebody goes there.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { countNavigation } from '../components/Page';
import { type PendingName, PendingPage } from '../features/pending/PendingPage';
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

const pending = <Path extends string>(path: Path, name: PendingName) =>
  createRoute({ getParentRoute: () => signedIn, path, component: () => <PendingPage name={name} /> });

const pages = [
  pending('/', 'desk'),
  pending('/inquiries/new', 'newInquiry'),
  pending('/matters', 'matters'),
  pending('/matters/$id', 'matter'),
  pending('/approvals/$id', 'approval'),
  pending('/register', 'register'),
  pending('/inbox', 'inbox'),
  pending('/answering/$id', 'answering'),
  pending('/legal', 'legal'),
  pending('/release/$id', 'release'),
  pending('/statements', 'statements'),
  pending('/figures', 'figures'),
  pending('/audit', 'audit'),
  pending('/members', 'members'),
  pending('/cases', 'cases'),
  pending('/help', 'help'),
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
