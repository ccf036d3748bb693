import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

type Package = {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
}

const ROOT = join(import.meta.dirname, '..', '..')
const read = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'))

describe('the lockfile', () => {
  const { packages } = read('package-lock.json') as {
    readonly packages: Readonly<Record<string, Package>>
  }

  /** Where Node would find it: in the package's own folder, or beside it, or beside one above. */
  function isLocked(from: string, name: string): boolean {
    if (packages[`${from}/node_modules/${name}`] !== undefined) return true
    const above = from.lastIndexOf('/node_modules/')
    return above < 0
      ? packages[`node_modules/${name}`] !== undefined
      : isLocked(from.slice(0, above), name)
  }

  it('installs on every platform: npm drops a binary it could not find when it wrote the file', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
      Object.keys(optionalDependencies ?? {})
        .filter((name) => !isLocked(path, name))
        .map((name) => `${path} needs ${name}`),
    )
    expect(missing).toEqual([])
    expect(Object.keys(packages).length).toBeGreaterThan(300)
  })

  it('pins every package by digest and names no registry', () => {
    // The root and its workspaces are folders here, not packages from somewhere.
    const entries = Object.entries(packages).filter(
      ([path, one]) => path.includes('node_modules/') && !one.link,
    )
    expect(entries.filter(([, one]) => one.integrity === undefined)).toEqual([])
    expect(entries.filter(([, one]) => one.resolved !== undefined)).toEqual([])
  })

  it('stands beside exact versions only', () => {
    const { dependencies, devDependencies } = read('package.json') as {
      readonly dependencies: Readonly<Record<string, string>>
      readonly devDependencies: Readonly<Record<string, string>>
    }
    const ranges = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+(?:-[a-z0-9.]+)?$/.test(version),
    )
    expect(ranges).toEqual([])
  })
})
