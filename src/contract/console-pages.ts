/**
 * The first path segments that belong to the console. The gateway answers its page below each of them, the
 * console's router has a route for each; everything else at the top is for machines and never shadowed.
 */
export const CONSOLE_PAGES = [
  'login',
  'start',
  'approvals',
  'cases',
  'agents',
  'tools',
  'policies',
  'people',
  'standing-plans',
  'ledger',
  'changes',
  'oversight',
] as const
