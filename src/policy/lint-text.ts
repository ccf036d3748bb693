/**
 * What is checked before any parser sees a policy. The Cedar parser recurses on the wasm stack: 150 nested
 * parentheses or 1,000 boolean operators stop the whole engine. The limits here lie far below what was
 * measured to be safe (130 parentheses, 200 operators, 200 attribute dots, 200 `if`) and far above what a
 * rule that people can read needs.
 */
import type { PolicyTexts } from './bundle.ts'
import type { Finding } from './finding.ts'
import { errorIn } from './finding.ts'

export const MAX_POLICIES = 2_000
export const MAX_POLICY_BYTES = 8 * 1024
export const MAX_DEPTH = 32
export const MAX_OPERATORS = 100
export const MAX_DOTS = 100
export const MAX_IFS = 16

/** Policy ids stand in ledger entries and on screens: lower case letters, digits, single hyphens, 2 to 64. */
const POLICY_ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/

export function isPolicyId(text: string): boolean {
  return text.length <= 64 && POLICY_ID.test(text)
}

export function lintTexts(texts: PolicyTexts): readonly Finding[] {
  const ids = Object.keys(texts)
  const findings: Finding[] = []
  if (ids.length > MAX_POLICIES) {
    findings.push(
      errorIn(
        'bundle',
        'too_many_policies',
        `${ids.length} policies, the limit is ${MAX_POLICIES}`,
      ),
    )
  }
  for (const id of ids) {
    if (!isPolicyId(id)) findings.push(errorIn('bundle', 'id_malformed', `"${id.slice(0, 80)}"`))
    findings.push(...lintText(id, texts[id] ?? ''))
  }
  return findings
}

function lintText(id: string, text: string): readonly Finding[] {
  // Bytes are counted first: everything below walks the text.
  const bytes = new TextEncoder().encode(text).length
  if (bytes > MAX_POLICY_BYTES) {
    return [errorIn(id, 'text_too_long', `${bytes} bytes, the limit is ${MAX_POLICY_BYTES}`)]
  }
  const code = withoutStrings(text)
  if (code === undefined) return [errorIn(id, 'text_unclosed', 'a string is not closed')]
  const findings: Finding[] = []
  const limit = (count: number, most: number, name: string, what: string): void => {
    if (count > most) findings.push(errorIn(id, name, `${count} ${what}, the limit is ${most}`))
  }
  limit(depthOf(code), MAX_DEPTH, 'text_too_deep', 'levels of brackets')
  limit(
    countOf(code, /&&|\|\||[-+*<>!=]+|\b(?:in|has|like|is)\b/g),
    MAX_OPERATORS,
    'text_too_many_operators',
    'operators',
  )
  limit(countOf(code, /\./g), MAX_DOTS, 'text_too_many_dots', 'dots')
  limit(countOf(code, /\bif\b/g), MAX_IFS, 'text_too_many_ifs', 'conditionals')
  return findings
}

/**
 * The text with strings emptied and comments removed, so that brackets inside them do not count. Undefined
 * when a string is not closed. Cedar strings escape with a backslash; comments run from `//` to the line end.
 */
function withoutStrings(text: string): string | undefined {
  const stripped = text.replace(/"(?:[^"\\]|\\[\s\S])*"|\/\/[^\n\r]*/g, (found) =>
    found.startsWith('"') ? '""' : '',
  )
  return /^(?:[^"]|"")*$/.test(stripped) ? stripped : undefined
}

function depthOf(code: string): number {
  let depth = 0
  let deepest = 0
  for (const char of code) {
    if (char === '(' || char === '[' || char === '{') deepest = Math.max(deepest, ++depth)
    else if (char === ')' || char === ']' || char === '}') depth--
  }
  return deepest
}

function countOf(code: string, pattern: RegExp): number {
  return code.match(pattern)?.length ?? 0
}
