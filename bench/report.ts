/**
 * What a bench says. Every figure stands beside a floor that was measured in the same run, in turns with it, so
 * that a busy or slow machine moves both; the ratio is what may be compared between machines and days.
 */
import { availableParallelism, loadavg } from 'node:os'

export type BenchCase = {
  readonly case: string
  readonly subject: number
  readonly floor: number
  /** `subject / floor`. */
  readonly ratio: number
  readonly unit: string
}

/** A limit of the product and whether this run kept it. */
export type Limit = { readonly text: string; readonly isKept: boolean }

export type BenchReport = {
  readonly bench: string
  readonly cases: readonly BenchCase[]
  readonly limits: readonly Limit[]
}

export type BenchOptions = {
  /** Bounded to seconds, for CI; the ratios are then rough. */
  readonly isShort: boolean
  /** Writes a CPU profile of the gateway into this directory. */
  readonly profileDir: string | undefined
  /** Says on stderr how far it is. */
  readonly progress: (line: string) => void
}

export type Bench = (options: BenchOptions) => Promise<BenchReport>

export function compared(name: string, subject: number, floor: number, unit: string): BenchCase {
  return { case: name, subject, floor, ratio: subject / floor, unit }
}

/** The documented form: `{ bench, cases: [{ case, subject, floor, ratio, unit }] }`. */
export function jsonOf({ bench, cases }: BenchReport): string {
  return JSON.stringify({ bench, cases }, null, 2)
}

export function textOf({ bench, cases, limits }: BenchReport): string {
  const width = Math.max(...cases.map((each) => each.case.length))
  const rows = cases.map(
    (each) =>
      `  ${each.case.padEnd(width)}  ${figure(each.subject)}  ${figure(each.floor)}  ${each.ratio.toFixed(2).padStart(7)}  ${each.unit}`,
  )
  const head = `  ${''.padEnd(width)}  ${'subject'.padStart(10)}  ${'floor'.padStart(10)}  ${'ratio'.padStart(7)}`
  const kept = limits.map(({ text, isKept }) => `  ${isKept ? 'pass' : 'FAIL'}  ${text}`)
  return [`${bench} (${machine()})`, head, ...rows, ...kept].join('\n')
}

function figure(value: number): string {
  const digits = value >= 1_000 ? 0 : value >= 10 ? 1 : 3
  return value.toFixed(digits).padStart(10)
}

function machine(): string {
  const load = loadavg()[0] ?? 0
  return `Node ${process.versions.node}, ${availableParallelism()} cores, load average ${load.toFixed(1)}`
}
