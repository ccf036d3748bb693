/**
 * In the worker of a trial the project's own files are found by their names alone, which always stand in full. Vitest
 * would tell its main process of each of the thousands of imports of a gateway, for a watcher that nobody runs here.
 */
import { registerHooks } from 'node:module'

registerHooks({
  resolve(specifier, context, nextResolve) {
    const { parentURL } = context
    const isOwn = specifier.startsWith('.') && parentURL?.includes('/node_modules/') === false
    if (!isOwn) return nextResolve(specifier, context)
    return { url: new URL(specifier, parentURL).href, shortCircuit: true }
  },
})
