/** What a shift lead looks at first: who waits, what is contained, what runs, what is stopped, who is there. */
import css from './board.module.css'
import { Containments } from './containments.tsx'
import { OnCall } from './on-call.tsx'
import { Running } from './running.tsx'
import { StopState } from './stop-state.tsx'
import { WaitingNow } from './waiting-now.tsx'

export function Board() {
  return (
    <div className={css.board}>
      <h1 className={css.title}>Shift board</h1>
      <div className={css.wide}>
        <WaitingNow />
        <Containments />
        <Running />
      </div>
      <div className={css.narrow}>
        <StopState />
        <OnCall />
      </div>
    </div>
  )
}
