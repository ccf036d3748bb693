/**
 * Which reviewed resource template a URI was made from (RFC 6570). A template is reviewed once and stands for
 * every URI it can make; a URI that could come from two templates, or climbs out of one with dot segments,
 * comes from none, because then nobody reviewed what the server will make of it.
 */
import type { Tool } from './tool.ts'

/** Longer URIs are not matched; real ones stay below. */
const MAX_URI_LENGTH = 2_048
const EXPRESSION = /\{([+#./;?&]?)[^{}]*\}/g

/** What an expression expands to: `lead`, then at least one character that is none of `stops`. */
type Expansion = { readonly lead: string; readonly stops: string; readonly isOptional: boolean }

const EXPANSIONS: Readonly<Record<string, Expansion>> = {
  '': { lead: '', stops: '/?#', isOptional: false },
  '+': { lead: '', stops: '?#', isOptional: false },
  '#': { lead: '#', stops: '', isOptional: true },
  '.': { lead: '.', stops: '/?#', isOptional: false },
  '/': { lead: '/', stops: '?#', isOptional: false },
  ';': { lead: ';', stops: '/?#', isOptional: true },
  '?': { lead: '?', stops: '#', isOptional: true },
  '&': { lead: '&', stops: '#', isOptional: true },
}

/** The one template resource of the upstream that can make the URI, or undefined. */
export function templateFor(
  tools: readonly Tool[],
  upstream: string,
  uri: string,
): Tool | undefined {
  const matching = tools.filter(
    (tool) =>
      tool.upstream === upstream &&
      tool.kind === 'resource' &&
      typeof tool.definition.uriTemplate === 'string' &&
      makes(tool.definition.uriTemplate, uri),
  )
  return matching.length === 1 ? matching[0] : undefined
}

/** Whether the template can make the URI. Takes time in proportion to both, whatever they hold. */
export function makes(template: string, uri: string): boolean {
  if (uri.length > MAX_URI_LENGTH || hasDotSegment(uri)) return false
  // `reached[n]`: what was read of the template can make the first n characters of the URI.
  let reached = Array.from({ length: uri.length + 1 }, (_, at) => at === 0)
  let at = 0
  for (const found of template.matchAll(EXPRESSION)) {
    reached = afterText(reached, uri, template.slice(at, found.index))
    const expansion = EXPANSIONS[found[1] ?? '']
    if (expansion !== undefined) reached = afterExpansion(reached, uri, expansion)
    at = found.index + found[0].length
  }
  // A template without an expression is a plain URI under another name; it is not matched here.
  if (at === 0) return false
  return afterText(reached, uri, template.slice(at))[uri.length] === true
}

function afterText(reached: readonly boolean[], uri: string, text: string): boolean[] {
  return reached.map((_, end) => {
    const start = end - text.length
    return reached[start] === true && uri.startsWith(text, start)
  })
}

function afterExpansion(reached: readonly boolean[], uri: string, expansion: Expansion): boolean[] {
  const { lead, stops, isOptional } = expansion
  const begun = afterText(reached, uri, lead)
  const after: boolean[] = [false]
  for (let end = 1; end <= uri.length; end++) {
    const isTaken = !stops.includes(uri.charAt(end - 1))
    after.push(isTaken && (begun[end - 1] === true || after[end - 1] === true))
  }
  return isOptional ? after.map((isReached, end) => isReached || reached[end] === true) : after
}

function hasDotSegment(uri: string): boolean {
  const plain = uri.replaceAll(/%2e/gi, '.').replaceAll(/%2f/gi, '/').replaceAll(/%5c/gi, '\\')
  return /(?:^|[/\\])\.{1,2}(?:[/\\?#]|$)/.test(plain)
}
