/**
 * Wording that has no place in the description of a tool. Descriptions are read by models as instructions, so a
 * server can order what it likes there. Rules look for the kind (an order to the model, a wish to hide, a claim of
 * rank, a request for what is not the tool's), not for known attacks, and let ordinary documentation pass:
 * "call list_indexes first", "do not use leading wildcards", "requires approval".
 */

import { unmasked } from './lint-characters.ts'
import type { FindingCode } from './lint-finding.ts'
import { WORDING } from './lint-wording.ts'
import { isPlainlyChanging, isReadName, nameWords } from './verbs.ts'

/** The codes of what a text says that no description should; deduplicated. */
export function wordingOf(text: string): readonly FindingCode[] {
  const read = unmasked(text).replace(/[ \t\u00a0]+/g, ' ')
  const codes = WORDING.filter(({ pattern }) => pattern.test(read)).map(({ code }) => code)
  if (ordersToolsOfOthers(read)) codes.push('cross-tool-instruction')
  const encoded = encodedTexts(read)
  if (encoded.length > 0)
    codes.push('encoded-text', ...encoded.flatMap((inner) => wordingOf(inner)))
  return [...new Set(codes)]
}

const NAME = '[`"\']?([A-Za-z][\\w-]*(?:(?:\\.|__)[A-Za-z][\\w-]*)*)[`"\']?'
const CALLS = new RegExp(
  `\\b(?:call|calls|calling|invoke|invoking|run|running|execute|executing|trigger|chain)\\s+(?:the\\s+|our\\s+)?(?:tool\\s+|function\\s+)?${NAME}`,
  'gi',
)
/** Field names are written like tool names ("use event.action_type"), so here the name must say what it does. */
const MENTIONS = /\b[a-z][\w-]*(?:\.|__)([a-z]+_[a-z_]+)\b/gi
const USES = new RegExp(`\\b(?:use|using)\\s+(?:the\\s+)?(?:tool\\s+)?${NAME}`, 'gi')
const WHEN_CALLED =
  /\b(?:when|whenever|if|before|after|once)\b[^.!?;\n]{0,40}\b[a-z]+_[a-z_]+\b[^.!?;\n]{0,20}\b(?:called|invoked|used|available|executed|run)\b[,:]?\s+(?:you must |please |always |first |also |then )*(?:call|use|set|change|send|add|replace|pass|include|invoke|execute)\b/i
const INSTEAD =
  /\b(?:instead of|rather than|in place of|replaces?|do not use|don't use|never use|stop using|prefer this (?:tool )?(?:over|to))\s+(?:the\s+)?(?:tool\s+)?[`"']?[a-z][\w-]*(?:\.|__)[a-z][\w-]*/i

/**
 * Whether the text sends the model to a tool of another server (a name with a server in front), or to one that by
 * its name changes something. "Call list_indexes first" is documentation; "then call disable_user" is not.
 */
function ordersToolsOfOthers(text: string): boolean {
  for (const [, name = ''] of text.matchAll(CALLS)) {
    if (/(?:\.|__)/.test(name) && name.includes('_')) return true
    if (/[a-z]_[a-z]/i.test(name) && !isReadName(name)) return true
  }
  for (const [, name = ''] of [...text.matchAll(MENTIONS), ...text.matchAll(USES)]) {
    if (/[a-z]_[a-z]/i.test(name) && (actsByName(name) || /read_secret|get_secret/i.test(name)))
      return true
  }
  return WHEN_CALLED.test(text) || INSTEAD.test(text)
}

const FIELD_ENDINGS = new Set(
  'time at date count id ids by type status name field key value reason state flag'.split(' '),
)

/** Whether a name begins with what it does and does not end like a field: `isolate_host`, not `update_time`. */
function actsByName(name: string): boolean {
  const words = nameWords(name)
  return isPlainlyChanging(words[0] ?? '') && !FIELD_ENDINGS.has(words.at(-1) ?? '')
}

/** Readable texts inside base64 runs. 24 characters hold 18 bytes, the shortest order worth hiding. */
const BASE64 = /[A-Za-z0-9+/_-]{24,}={0,2}/g

function encodedTexts(text: string): readonly string[] {
  const runs = text.match(BASE64) ?? []
  return runs.flatMap((run) => {
    const decoded = decodeBase64(run)
    return decoded !== undefined &&
      /^[\x20-\x7e\s]{12,}$/.test(decoded) &&
      /[a-z] [a-z]/i.test(decoded)
      ? [decoded]
      : []
  })
}

function decodeBase64(run: string): string | undefined {
  try {
    return atob(run.replaceAll('-', '+').replaceAll('_', '/'))
  } catch {
    return undefined
  }
}
