/** The nonce of this page. A browser hides it from attributes, and gives it to scripts of the page only. */
export function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.nonce ?? ''
}
