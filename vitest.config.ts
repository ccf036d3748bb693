import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { SkippedReporter } from './test/house/skipped-reporter.ts'

// Compiled modules are kept between processes: loading the gateway costs a third of the CPU, and a run loads it
// several hundred times. Beside the code, so it is trusted with no more than the code and goes with it.
process.env.NODE_COMPILE_CACHE ??= resolve(import.meta.dirname, 'node_modules/.cache/countersign')

/**
 * Tests run the very bytes Node runs: no bundler transforms a module on its way (`viteModuleRunner`) and no
 * loader rewrites it for mocks (`nodeLoader`), so what is green here is what `node src/main.ts` does.
 */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    experimental: { viteModuleRunner: false, nodeLoader: false },
    globalSetup: ['test/house/run-folder.ts'],
    reporters: ['default', new SkippedReporter()],
    pool: 'forks',
    // Files share the process of their worker: a gateway then runs on code that is loaded and compiled already, which
    // halves the CPU of a run. No test replaces a module or leaves anything behind in one.
    isolate: false,
    // Half of its time a file waits: for the servers it starts, for disks and for browsers. Two files more than there
    // are cores keep all of them busy.
    maxWorkers: availableParallelism() + 2,
    // Ten times what the slowest honest test takes on two busy cores, twice as many when something else uses them.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
