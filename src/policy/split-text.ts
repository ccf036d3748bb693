/**
 * Splits a policy file into its policies without parsing it, so that the limits of lint-text.ts can be applied
 * to each before a parser sees any. A semicolon outside strings and comments ends a policy; Cedar has no other
 * use for one.
 */
import { Failure } from '../kernel/failure.ts'
import type { PolicyTexts } from './bundle.ts'

const TOKEN = /"(?:[^"\\]|\\[\s\S])*"|\/\/[^\n\r]*|;/g
const LEADING = /^(?:\s+|\/\/[^\n\r]*)+/
const ID = /@id\(\s*"([^"\\]*)"\s*\)/

/**
 * Id to text. Comments before a policy are not part of it. Throws `policy_invalid` when a policy has no `@id`,
 * two have the same, or text is left over after the last one.
 */
export function splitPolicies(source: string, text: string): PolicyTexts {
  const texts: Record<string, string> = {}
  let from = 0
  for (const match of text.matchAll(TOKEN)) {
    if (match[0] !== ';') continue
    const policy = text.slice(from, match.index + 1).replace(LEADING, '')
    from = match.index + 1
    const id = ID.exec(policy)?.[1]
    if (id === undefined) throw new Failure('policy_invalid', `${source}: a policy has no @id`)
    if (Object.hasOwn(texts, id)) {
      throw new Failure('policy_invalid', `${source}: two policies have the id ${id}`)
    }
    Object.defineProperty(texts, id, { value: policy, enumerable: true })
  }
  const rest = text.slice(from).replace(LEADING, '')
  if (rest !== '') throw new Failure('policy_invalid', `${source}: text after the last policy`)
  return texts
}
