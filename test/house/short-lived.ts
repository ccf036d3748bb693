/**
 * For Node, in a process that lives for seconds: what is optimised or swept beside it, WebAssembly above all, comes when
 * nobody needs it any more, and was a fifth of the CPU of a run of kills.
 */
export const SHORT_LIVED: readonly string[] = [
  '--liftoff-only',
  '--single-threaded-gc',
  '--max-semi-space-size=64',
]
