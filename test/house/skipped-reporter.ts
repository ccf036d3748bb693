import type { Reporter, TestModule, Vitest } from 'vitest/node'

/**
 * Names what did not run, so that green never hides a gap. A group that needs what only CI has says so in
 * its title, such as `on PostgreSQL (COUNTERSIGN_TEST_POSTGRES_URL)`; its name and count end up here.
 */
export class SkippedReporter implements Reporter {
  private isPartialRun = false

  onInit(vitest: Vitest): void {
    this.isPartialRun = vitest.config.testNamePattern !== undefined
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.isPartialRun) return
    const counts = new Map<string, number>()
    for (const name of modules.flatMap(skippedIn)) counts.set(name, (counts.get(name) ?? 0) + 1)
    if (counts.size === 0) return
    console.log('Not run, for want of what the title names (.ci/run starts PostgreSQL):')
    for (const [name, count] of counts) console.log(`  ${count} × ${name}`)
  }
}

/** For each skipped test the file and the title of its outermost group, or its own. */
function skippedIn(module: TestModule): readonly string[] {
  return [...module.children.allTests('skipped')].map((test) => {
    let outermost: { readonly name: string } = test
    for (let parent = test.parent; parent.type === 'suite'; parent = parent.parent) {
      outermost = parent
    }
    return `${module.relativeModuleId}: ${outermost.name}`
  })
}
