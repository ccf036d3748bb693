/**
 * The victim and everything it loads as one file. Of what a life costs, finding and linking some 1,700 modules was a
 * quarter; a kill needs none of them by itself. It runs the same code: only where a module lies is written into it, because
 * what it starts or reads beside itself is still there. A control takes a module out, so it runs from the sources.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'

export const VICTIM_SOURCE = join(import.meta.dirname, 'victim.ts')
/** In the project, so that what stays outside the file is found from there. */
const FOLDER = resolve(import.meta.dirname, '../../node_modules/.cache/countersign')
/** The first brings WebAssembly that lies beside its code; the second is looked for and not installed. */
const OUTSIDE = [/^@cedar-policy\/cedar-wasm/, /^pg-native$/]

let made: Promise<string> | undefined

/** Once in a process. Several processes may make it at once; each finds a whole file. */
export function victimInOneFile(): Promise<string> {
  made ??= make()
  return made
}

async function make(): Promise<string> {
  const build = await rolldown({
    input: VICTIM_SOURCE,
    platform: 'node',
    external: OUTSIDE,
    logLevel: 'silent',
    plugins: [
      {
        name: 'where-a-module-lies',
        transform: {
          filter: { id: /\.ts$/, code: /import\.meta\./ },
          handler: (code, id) => placed(code, id),
        },
      },
    ],
  })
  const { output } = await build.generate({ format: 'esm', codeSplitting: false })
  await build.close()
  const path = join(FOLDER, 'victim.mjs')
  const own = `${path}.${process.pid}`
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(own, output[0].code)
  renameSync(own, path)
  return path
}

function placed(code: string, path: string): string {
  const placed = code
    .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
    // Nothing but the victim itself was started.
    .replaceAll('import.meta.main', 'false')
  if (placed.includes('import.meta.')) throw new Error(`${path} asks something else of import.meta`)
  return placed
}
