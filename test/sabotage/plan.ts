/** What a sabotaged run tells its processes. No imports: this is loaded in every one of them. */

/** Names the file that holds the plan, as JSON. */
export const PLAN_VARIABLE = 'COUNTERSIGN_TEST_SABOTAGE'

/** The key under which the preload waits to be told that the replaced function was really called. */
export const CALLED = 'countersign.sabotage.called'

export type Plan = {
  readonly moduleUrl: string
  readonly source: string
  /** Each process in which the replaced function was called appends its id as a line. */
  readonly calledFile: string
  /** Once each of these promises has a failing test, what is left need not run; without any, everything runs. */
  readonly ids: readonly string[]
}
