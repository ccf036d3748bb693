/**
 * Which view is at which address. Every view is a file of its own that is fetched when it is first opened; what
 * a view is filtered by stands in the address, so that it can be sent to somebody.
 */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { askForRequest } from './api/query-client.ts'
import { readQueueSearch } from './approvals/queue-search.ts'
import { readCaseSearch } from './cases/case-search.ts'
import { readGroupSearch } from './group/group-search.ts'
import { readLoginSearch } from './login/link.ts'
import { readOversightSearch } from './oversight/oversight-search.ts'
import { readPolicySearch } from './policies/policy-search.ts'
import { RouteError, RouteMissing, RoutePending } from './shell/route-states.tsx'
import { Shell } from './shell/shell.tsx'
import { readStandingSearch } from './standing/standing-search.ts'
import { readStartSearch } from './start/start-search.ts'

const root = createRootRoute({ component: Shell, notFoundComponent: RouteMissing })
const at = () => root

const board = createRoute({
  getParentRoute: at,
  path: '/',
  component: lazyRouteComponent(() => import('./board/board.tsx'), 'Board'),
})
const login = createRoute({
  getParentRoute: at,
  path: '/login',
  validateSearch: readLoginSearch,
  component: lazyRouteComponent(() => import('./login/login-done.tsx'), 'LoginDone'),
})
const approvals = createRoute({
  getParentRoute: at,
  path: '/approvals',
  validateSearch: readQueueSearch,
  component: lazyRouteComponent(() => import('./approvals/approvals.tsx'), 'Approvals'),
})
const noApproval = createRoute({
  getParentRoute: () => approvals,
  path: '/',
  component: lazyRouteComponent(() => import('./approvals/no-approval.tsx'), 'NoApproval'),
})
const group = createRoute({
  getParentRoute: () => approvals,
  path: 'group',
  validateSearch: readGroupSearch,
  component: lazyRouteComponent(() => import('./group/group.tsx'), 'Group'),
})
const approval = createRoute({
  getParentRoute: () => approvals,
  path: '$id',
  // Not waited for: the view shows what is still coming, and the question is already on its way.
  loader: ({ params }) => askForRequest(params.id),
  component: lazyRouteComponent(() => import('./approvals/decision.tsx'), 'Decision'),
})
const cases = createRoute({
  getParentRoute: at,
  path: '/cases',
  component: lazyRouteComponent(() => import('./cases/case-list.tsx'), 'CaseList'),
})

const oneCase = createRoute({
  getParentRoute: at,
  path: '/cases/$id',
  validateSearch: readCaseSearch,
  component: lazyRouteComponent(() => import('./cases/case.tsx'), 'CasePage'),
})

const agents = createRoute({
  getParentRoute: at,
  path: '/agents',
  component: lazyRouteComponent(() => import('./agents/agents.tsx'), 'Agents'),
})

const tools = createRoute({
  getParentRoute: at,
  path: '/tools',
  component: lazyRouteComponent(() => import('./tools/tools.tsx'), 'Tools'),
})

const people = createRoute({
  getParentRoute: at,
  path: '/people',
  component: lazyRouteComponent(() => import('./people/people.tsx'), 'People'),
})

const standing = createRoute({
  getParentRoute: at,
  path: '/standing-plans',
  validateSearch: readStandingSearch,
  component: lazyRouteComponent(() => import('./standing/standing.tsx'), 'Standing'),
})

const start = createRoute({
  getParentRoute: at,
  path: '/start',
  validateSearch: readStartSearch,
  component: lazyRouteComponent(() => import('./start/start.tsx'), 'Start'),
})

const policies = createRoute({
  getParentRoute: at,
  path: '/policies',
  validateSearch: readPolicySearch,
  component: lazyRouteComponent(() => import('./policies/policies.tsx'), 'Policies'),
})

const changes = createRoute({
  getParentRoute: at,
  path: '/changes',
  component: lazyRouteComponent(() => import('./changes/changes.tsx'), 'Changes'),
})

const change = createRoute({
  getParentRoute: at,
  path: '/changes/$id',
  component: lazyRouteComponent(() => import('./changes/change.tsx'), 'ChangePage'),
})

const oversight = createRoute({
  getParentRoute: at,
  path: '/oversight',
  validateSearch: readOversightSearch,
  component: lazyRouteComponent(() => import('./oversight/oversight.tsx'), 'Oversight'),
})

const ledger = createRoute({
  getParentRoute: at,
  path: '/ledger',
  component: lazyRouteComponent(() => import('./ledger/ledger.tsx'), 'Ledger'),
})

const tree = root.addChildren([
  board,
  login,
  approvals.addChildren([noApproval, group, approval]),
  cases,
  oneCase,
  agents,
  tools,
  people,
  standing,
  start,
  policies,
  changes,
  change,
  oversight,
  ledger,
])

export const router = createRouter({
  routeTree: tree,
  defaultPreload: 'intent',
  defaultErrorComponent: RouteError,
  defaultPendingComponent: RoutePending,
  // Lists keep their place when one goes back to them.
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
