/** What exactly a yes signs, and that this console computed it from what it shows. */
import type { Approval } from '../api/wire.ts'
import { Chip } from '../ui/chip.tsx'
import { Digest } from '../ui/digest.tsx'
import css from './signed.module.css'

export function Signed({
  request,
  isSound,
}: {
  readonly request: Approval
  readonly isSound: boolean | undefined
}) {
  const isOpen = request.state === 'pending'
  return (
    <footer className={css.signed}>
      {isOpen ? 'A yes signs' : 'A yes signed'}{' '}
      <Digest
        value={isOpen ? request.signs.digest : request.action_digest}
        label="the digest of the action"
      />
      {isOpen && request.signs.again > 0 && ' (you signed it before; this is your next signature)'}
      {isSound === true && (
        <Chip tone="good" icon="good">
          computed here from what you see
        </Chip>
      )}
      {isSound === false && (
        <Chip tone="danger" icon="warn">
          not what is shown
        </Chip>
      )}
    </footer>
  )
}
