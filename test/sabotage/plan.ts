/** What the run tells the preload. No imports: this is loaded in every process of a sabotaged run. */

/** Names the file that holds the plan, as JSON. */
export const PLAN_VARIABLE = 'COUNTERSIGN_TEST_SABOTAGE'

/** The key under which the preload waits to be told that the replaced function was really called. */
export const CALLED = 'countersign.sabotage.called'

export type Plan = {
  readonly moduleUrl: string
  readonly source: string
  /** Each process in which the replaced function was called appends its id as a line. */
  readonly calledFile: string
}
