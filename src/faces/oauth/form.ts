/** Reading a token request's form. RFC 6749 section 3.2: a parameter is sent once; two readings are none. */
import { Failure } from '../../kernel/failure.ts'

/** RFC 8693 section 2.1 lets these be given for several targets. */
const REPEATABLE = ['resource', 'audience']
/** Three times what the grant knows; more is not a token request. */
const MAX_PARAMETERS = 32

/** Throws `request_invalid`. A parameter without a value counts as not sent (RFC 6749 section 3.2). */
export function readForm(body: Uint8Array): Readonly<Record<string, string | string[]>> {
  const form = new Map<string, string | string[]>()
  const pairs = decoded(() => new TextDecoder('utf-8', { fatal: true }).decode(body)).split('&')
  if (pairs.length > MAX_PARAMETERS) throw invalid('the form has too many parameters')
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    const name = unescaped(equals === -1 ? pair : pair.slice(0, equals))
    const value = equals === -1 ? '' : unescaped(pair.slice(equals + 1))
    if (value === '') continue
    const known = form.get(name)
    if (known !== undefined && !REPEATABLE.includes(name)) {
      throw invalid('a parameter of the form repeats')
    }
    form.set(name, REPEATABLE.includes(name) ? [known ?? [], value].flat() : value)
  }
  return Object.fromEntries(form)
}

/** Not URLSearchParams: it turns bytes that are no UTF-8 into replacement characters and goes on. */
function unescaped(text: string): string {
  return decoded(() => decodeURIComponent(text.replaceAll('+', ' ')))
}

function decoded(read: () => string): string {
  try {
    return read()
  } catch (cause) {
    throw new Failure('request_invalid', 'the form is not percent-encoded UTF-8', { cause })
  }
}

function invalid(detail: string): Failure {
  return new Failure('request_invalid', detail)
}
