/**
 * What a key signs. The first time the question itself, by its action digest. Whoever signs the same question again
 * (they took it over and their yes beside the owner was withdrawn, or nobody else can be reached) signs a digest that
 * says how often they did before: so each yes needs the key anew, and no earlier signature passes for a later one.
 */
import type { Digest } from '../kernel/digest.ts'
import { digestOf } from '../kernel/digest.ts'
import { plainText } from './plain-json.ts'

/** `again`: how often the person signed this question before, whether or not it still counts; 0 or more. */
export function digestToSign(actionDigest: Digest, again: number): Digest {
  if (again === 0) return actionDigest
  const statement = plainText({ v: 1, action_digest: actionDigest, again })
  return digestOf('countersign-again-v1', new TextEncoder().encode(statement))
}
