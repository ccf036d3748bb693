/** What the agent says for itself: folded, apart, and called what it is. */
import { Folded } from '../ui/panel.tsx'
import type { Package } from './package.ts'

export function Claim({ shown }: { readonly shown: Package }) {
  if (shown.recommendations === 0) return null
  return (
    <Folded title="The agent’s own words: a claim, not a fact" tone="claim">
      The agent made {shown.recommendations} recommendation(s) in this case. Read them in the
      timeline of the case, beside what is recorded.
    </Folded>
  )
}
