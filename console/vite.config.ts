/**
 * How the console is built. The output is static: hashed names under `assets/`, each with a Brotli copy beside
 * it, so that the gateway serves bytes and never compresses.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { FIRST_VIEWS, preloadFirstViews } from './preload-first-views.ts'

const WORTH_COMPRESSING = /\.(js|css|svg)$/
/** The best two steps take ten times as long for three in a hundred bytes. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
const GATEWAY = 'http://localhost:7070'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), preloadFirstViews(), precompress()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Nothing may be inlined: the content security policy allows files of our own and no data: scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // What every page needs is one file: on a cold cache sixty small ones cost more than their bytes.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'base', tags: ['$initial'], test: /^(?!.*\/ask-first\.ts$)/, priority: 2 },
            { name: 'first-view', test: FIRST_VIEWS, priority: 1 },
          ],
        },
      },
    },
    // Uncompressed; what counts is held by test/e2e/sizes.test.ts.
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': GATEWAY, '/log': GATEWAY, '/problems': GATEWAY } },
})

function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    writeBundle: ({ dir = 'dist' }) => {
      const assets = join(dir, 'assets')
      for (const name of readdirSync(assets).filter((each) => WORTH_COMPRESSING.test(each))) {
        const bytes = readFileSync(join(assets, name))
        writeFileSync(join(assets, `${name}.br`), brotliCompressSync(bytes, BROTLI))
        writeFileSync(join(assets, `${name}.gz`), gzipSync(bytes, { level: 9 }))
      }
    },
  }
}
