/**
 * Whether a chat may say yes to a class. Policy lists the classes (`chatMayApprove` of the thresholds, none
 * unless named); from `contain` up no list helps, because a chat cannot show the whole action or take a passkey.
 */
import { atLeast, type Effect } from '../catalogue/tool.ts'
import type { Thresholds } from './bundle.ts'

export function mayApproveInChat(
  { chatMayApprove = [] }: Pick<Thresholds, 'chatMayApprove'>,
  action: string,
  effect: Effect,
): boolean {
  if (atLeast(effect, 'contain')) return false
  return chatMayApprove.includes(action) || chatMayApprove.includes(effect)
}
