/**
 * The sabotages: each takes exactly one rule of the product and makes it agree always. They are wired in by
 * the test harness (preload.ts) and exist nowhere in the product; `npm run sabotage` runs the tests that
 * cite the rows naming one, and they must fail.
 */

export type Sabotage = {
  /** Named in the rows of test/requirements.ts. */
  readonly name: string
  /** Path from the root of the repository. */
  readonly module: string
  /** The exported function that is replaced. */
  readonly export: string
  /**
   * The statements it does instead. Parameters keep their names, and `original(...)` is the function as it
   * was, for a rule that is one part of a larger answer.
   */
  readonly body: string
}

export const SABOTAGES: readonly Sabotage[] = []
