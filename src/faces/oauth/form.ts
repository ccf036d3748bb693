/** Reading a token request's form. RFC 6749 section 3.2: a parameter is sent once; two readings are none. */
import { Failure } from '../../kernel/failure.ts'

/** RFC 8693 section 2.1 lets these be given for several targets. */
const REPEATABLE = ['resource', 'audience']
/** Three times what the grant knows; more is not a token request. */
const MAX_PARAMETERS = 32

/** Throws `request_invalid`. A parameter without a value counts as not sent (RFC 6749 section 3.2). */
export function readForm(body: Uint8Array): ReadonlyMap<string, readonly string[]> {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (cause) {
    throw new Failure('request_invalid', 'the form is not UTF-8', { cause })
  }
  const form = new Map<string, string[]>()
  let count = 0
  for (const [name, value] of new URLSearchParams(text)) {
    count += 1
    if (count > MAX_PARAMETERS) throw new Failure('request_invalid', 'the form has too many parameters')
    if (value === '') continue
    const known = form.get(name)
    if (known !== undefined && !REPEATABLE.includes(name)) {
      throw new Failure('request_invalid', 'a parameter of the form repeats')
    }
    form.set(name, [...(known ?? []), value])
  }
  return form
}
