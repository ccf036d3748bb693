/** What a sabotage is: one exported function of the product that does something else for a while. */

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
  /** The file to try before all others, where those that load less pass without the rule. */
  readonly first?: string
}
