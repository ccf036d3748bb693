/**
 * A credential goes to its tool server and nowhere else (R26). Some servers repeat what they were called with,
 * in an error, a debug field or a log message; whatever comes back is searched for it before anybody sees it.
 */
import type { UpstreamOffer } from '../catalogue/ports.ts'
import type { Exchange, FrameBack } from '../enforcement/upstream.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { UpstreamError } from '../kernel/upstream-error.ts'
import { withoutSecrets } from '../kernel/without-secrets.ts'
import type { LeaseSecret } from '../lease/placement.ts'
import { basicOf } from './upstream-transport.ts'

/** Anything that came from the server, without the credential it was called with. */
export function withoutCredential<T extends JsonValue>(
  value: T,
  secret: LeaseSecret | undefined,
): T {
  return withoutSecrets(value, textsOf(secret)).value
}

/** What a server offers: agents read its instructions, and the texts and schemas of its definitions. */
export function offerWithoutCredential(
  offer: UpstreamOffer,
  secret: LeaseSecret | undefined,
): UpstreamOffer {
  const { instructions, definitions } = offer
  return {
    ...offer,
    definitions: withoutCredential(definitions, secret),
    ...(instructions === undefined
      ? {}
      : { instructions: withoutCredential(instructions, secret) }),
  }
}

function textsOf(secret: LeaseSecret | undefined): readonly string[] {
  if (secret === undefined) return []
  const { user, password } = secret.value
  const texts = Object.values(secret.value)
  // As it went over the wire.
  return secret.kind === 'basic' && user !== undefined && password !== undefined
    ? [...texts, basicOf(user, password)]
    : texts
}

/** The exchange, with answers, errors, progress, log messages and questions searched. */
export function hidingCredential(exchange: Exchange): Exchange {
  return async (slot, frame, frameDigest, secret, timeoutMs, back) => {
    const hide = <T extends JsonValue>(value: T): T => withoutCredential(value, secret)
    try {
      const hidden = hidingBack(back, hide)
      const answer = await exchange(slot, frame, frameDigest, secret, timeoutMs, hidden)
      const { value: result, redactions } = withoutSecrets(answer.result, textsOf(secret))
      return redactions === 0 ? answer : { ...answer, result, redactions }
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      const { rpcCode, message, data } = error
      throw new UpstreamError(rpcCode, hide(message), data === undefined ? undefined : hide(data))
    }
  }
}

function hidingBack(back: FrameBack, hide: <T extends JsonValue>(value: T) => T): FrameBack {
  const { progress, notify, ask } = back
  return {
    ...back,
    ...(progress && {
      progress: ({ message, ...report }) =>
        progress(message === undefined ? report : { ...report, message: hide(message) }),
    }),
    ...(notify && { notify: (method, params) => notify(method, hide(params)) }),
    ...(ask && {
      ask: (method: string, params: JsonObject) => ask(method, hide(params)),
    }),
  }
}
