/**
 * Builds the console as part of `npm ci`. It never fails an installation: a gateway without its console still
 * governs, and says on its first page what is missing (src/faces/console). Plain JavaScript, because npm may
 * run it on whatever Node is on the path.
 */
const HINT = 'The gateway runs without it; "npm run console" builds it again.'

/** Absent after `npm ci --omit=dev`; then whoever packaged this brings the built files. */
const vite = await import('vite').catch(() => undefined)

if (vite === undefined) {
  console.error(`console: the build tool is not installed. ${HINT}`)
} else {
  try {
    await vite.build({ configFile: `${import.meta.dirname}/vite.config.ts`, logLevel: 'warn' })
  } catch (error) {
    console.error(`console: not built. ${HINT}`, error)
    if (process.argv.includes('--strict')) process.exitCode = 1
  }
}
