/** The form of the verb somebody chose, with what keeps a yes from being given yet. */
import type { Passkey } from '../api/wire.ts'
import { useLine } from '../live/use-line.ts'
import { ApproveForm } from './approve-form.tsx'
import { approveBlockers, type KeyState, needsPasskey } from './blockers.ts'
import type { ActionProps } from './decision-props.ts'
import { DenyForm } from './deny-form.tsx'
import { EmergencyForm } from './emergency-form.tsx'
import { ModifyForm } from './modify-form.tsx'
import { useActiveKeys } from './use-active-keys.ts'
import type { useDecide } from './use-decide.ts'
import type { OpenForm } from './verb-buttons.tsx'
import { WordsForm } from './words-form.tsx'

export function OpenedForm({
  form,
  request,
  shown,
  isSound,
  opened,
  decide,
  onClose,
}: ActionProps & {
  readonly form: OpenForm
  readonly decide: ReturnType<typeof useDecide>
  readonly onClose: () => void
}) {
  const { isLive } = useLine()
  const keys = useActiveKeys()
  const { eligible, emergency } = request.eligibility
  const seen = { shown, isSound, isLive, opened }
  const signing = needsPasskey(shown) ? keys : undefined
  const common = { shown, decide, onClose }
  switch (form) {
    case 'deny':
      return <DenyForm {...common} />
    case 'modify':
      return <ModifyForm {...common} />
    case 'approve':
      return (
        <ApproveForm
          {...common}
          isAdvice={!eligible}
          // Advice is not signed, so only a yes that would count asks for a key.
          blockers={approveBlockers({ ...seen, keys: eligible ? keyState(keys) : 'held' })}
          passkeys={eligible ? signing : undefined}
        />
      )
    case 'emergency':
      return (
        <EmergencyForm
          {...common}
          refusal={emergency?.says}
          blockers={approveBlockers({ ...seen, keys: keyState(keys) })}
          passkeys={signing}
        />
      )
    default:
      return <WordsForm verb={form} decide={decide} onClose={onClose} />
  }
}

function keyState(keys: readonly Passkey[] | undefined): KeyState {
  if (keys === undefined) return 'asking'
  return keys.length === 0 ? 'none' : 'held'
}
