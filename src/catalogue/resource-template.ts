/**
 * Which reviewed resource template a URI was made from (RFC 6570). A template is reviewed once and stands for
 * every URI it can make; a URI that could come from two templates, or climbs out of one with dot segments,
 * comes from none, because then nobody reviewed what the server will make of it.
 */
import type { Tool } from './tool.ts'

/** Longer URIs are not matched; real ones stay below, and patterns cost time with length. */
const MAX_URI_LENGTH = 2_048
const EXPRESSION = /\{([+#./;?&]?)[^{}]*\}/g
/** What each operator expands to, as a pattern. */
const EXPANSIONS: Readonly<Record<string, string>> = {
  '': '[^/?#]+',
  '+': '[^?#]+',
  '#': '#.+',
  '.': '\\.[^/?#]+',
  '/': '/[^?#]+',
  ';': ';[^/?#]+',
  '?': '(?:\\?[^#]*)?',
  '&': '(?:&[^#]*)?',
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

/** Whether the template can make the URI. */
export function makes(template: string, uri: string): boolean {
  if (uri.length > MAX_URI_LENGTH || hasDotSegment(uri)) return false
  let pattern = ''
  let at = 0
  for (const found of template.matchAll(EXPRESSION)) {
    pattern += literal(template.slice(at, found.index)) + (EXPANSIONS[found[1] ?? ''] ?? '')
    at = found.index + found[0].length
  }
  // A template without an expression is a plain URI under another name; it is not matched here.
  if (at === 0) return false
  pattern += literal(template.slice(at))
  return new RegExp(`^${pattern}$`, 'u').test(uri)
}

function hasDotSegment(uri: string): boolean {
  return /(?:^|[/\\])\.{1,2}(?:[/\\?#]|$)/.test(
    uri.replaceAll(/%2e/gi, '.').replaceAll(/%2f/gi, '/').replaceAll(/%5c/gi, '\\'),
  )
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
