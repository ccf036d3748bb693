/**
 * Text that others chose, made plain in each format. Hidden and direction-changing characters are already
 * shown as `\u{...}` when a message is written; here each format's own markup loses its meaning.
 */

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** For text and for quoted attributes. */
export function htmlText(text: string): string {
  return text.replace(/[&<>"']/g, (char) => HTML[char] ?? char)
}

/**
 * The three characters by which Slack marks mentions, links and dates. What is left could only be bold or
 * italic, and the objects we use are `plain_text`, which knows neither.
 */
export function slackText(text: string): string {
  return text.replace(/[&<>]/g, (char) => HTML[char] ?? char)
}

/**
 * A TextRun of an Adaptive Card knows no Markdown; only the date functions `{{...}}` would be computed. A
 * zero-width no-break would hide the change, so the braces are parted by a blank one can see.
 */
export function cardText(text: string): string {
  return text.replaceAll('{{', '{ {').replaceAll('}}', '} }')
}
