import { expect, it } from 'vitest'
import { refusedResult } from '../../src/faces/mcp/answer.ts'
import { type FailureCode, refusal } from '../../src/kernel/failure.ts'

function firstLine(code: FailureCode, detail: string): string {
  const result = refusedResult({ kind: 'refused', callId: 'c', refusal: refusal(code, detail) })
  const { content } = result as { readonly content: readonly { readonly text: string }[] }
  return content[0]?.text.split('\n')[0] ?? ''
}

it('says a refusal as one sentence, once, whether or not the detail ends in a full stop', () => {
  expect(firstLine('tool_quarantined', 'files__write is quarantined: new')).toBe(
    'The tool is blocked until a person has reviewed it: files__write is quarantined: new.',
  )
  expect(firstLine('approval_denied', 'Leave the original name.')).toBe(
    'A person denied the call: Leave the original name.',
  )
  expect(firstLine('target_never_touch', 'The target is on the never-touch list.')).toBe(
    'The target is on the never-touch list.',
  )
})
