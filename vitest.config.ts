import { defineConfig } from 'vitest/config'

/**
 * Tests run the very bytes Node runs: no bundler transforms a module on its way (`viteModuleRunner`) and no
 * loader rewrites it for mocks (`nodeLoader`), so what is green here is what `node src/main.ts` does.
 */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    experimental: { viteModuleRunner: false, nodeLoader: false },
    pool: 'forks',
    // Ten times what the slowest honest test takes on two cores; a test that waits longer is waiting for nothing.
    testTimeout: 20_000,
    hookTimeout: 30_000,
    restoreMocks: true,
    sequence: { concurrent: false },
  },
})
