/** The place of the decision while none is open. */
import { Nothing } from '../ui/states.tsx'

export function NoApproval() {
  return (
    <Nothing icon="approvals" title="Choose a request.">
      <kbd>j</kbd> and <kbd>k</kbd> move through the queue.
    </Nothing>
  )
}
