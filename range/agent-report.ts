/** How the agent tells its story: one event per step, for people or as one JSON object per line. */

export type StoryEvent = {
  /** Machine name of the step, stable for those who read the JSON. */
  readonly step: string
  /** One sentence for people. */
  readonly text: string
} & Readonly<Record<string, unknown>>

export type Tell = (event: StoryEvent) => void

/** Writes events to stdout: NDJSON with an instant when `asJson`, else the sentence alone. */
export function storyTeller(asJson: boolean): Tell {
  return (event) => {
    const line = asJson
      ? JSON.stringify({ at: new Date().toISOString(), ...event })
      : `agent  ${event.text}`
    process.stdout.write(`${line}\n`)
  }
}
