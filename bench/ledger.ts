/**
 * What a durable record costs. The floor writes one entry to a file and waits for the disk, again and again: the
 * safe thing without sharing. The subject is the commit port with many writers, who share one transaction and
 * one wait. Beside it, the CPU of making an entry against hashing the same bytes.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { postgresDatabase } from '../test/harness/databases.ts'
import { benchAppend } from './ledger/append-cpu.ts'
import { openFloor } from './ledger/floor.ts'
import { openPort, type Port } from './ledger/port.ts'
import { type Bench, type BenchCase, compared } from './report.ts'
import { median } from './statistics.ts'

const WRITERS = [1, 16, 64, 256] as const

type Figures = { readonly perSecond: number[]; readonly p50: number[]; readonly p99: number[] }

export const benchLedger: Bench = async ({ isShort, progress }) => {
  const plan = isShort ? { rounds: 3, ms: 250 } : { rounds: 7, ms: 1_000 }
  const directory = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const undo: (() => unknown)[] = [() => rmSync(directory, { recursive: true, force: true })]
  try {
    const floor = openFloor(join(directory, 'floor'))
    undo.unshift(() => floor.close())
    const ports = [await openPort('SQLite', { kind: 'sqlite', dataDir: join(directory, 'sqlite') })]
    undo.unshift(() => ports[0]?.close())
    const url = process.env.COUNTERSIGN_TEST_POSTGRES_URL
    if (url === undefined) progress('PostgreSQL left out: COUNTERSIGN_TEST_POSTGRES_URL is not set')
    else ports.push(await openPostgres(url, join(directory, 'postgres'), undo))
    const cases = await inTurns(ports, floor.entriesPerSecond, plan, progress)
    const append = benchAppend(isShort ? 2_000 : 20_000)
    return { bench: 'ledger', cases: [...cases, ...append.cases], limits: append.limits }
  } finally {
    for (const step of undo) await step()
  }
}

async function openPostgres(url: string, dataDir: string, undo: (() => unknown)[]): Promise<Port> {
  const database = await postgresDatabase(url)
  undo.unshift(() => database.drop())
  const port = await openPort('PostgreSQL', { kind: 'postgres', url: database.url, dataDir })
  undo.unshift(() => port.close())
  return port
}

/** Each round measures the floor and then every port with every number of writers. */
async function inTurns(
  ports: readonly Port[],
  floor: (ms: number) => number,
  plan: { readonly rounds: number; readonly ms: number },
  progress: (line: string) => void,
): Promise<readonly BenchCase[]> {
  const floors: number[] = []
  const measured = new Map<string, Figures>()
  for (let round = 0; round <= plan.rounds; round++) {
    const isWarmUp = round === 0
    const perSecond = floor(plan.ms)
    if (!isWarmUp) floors.push(perSecond)
    for (const port of ports) {
      for (const writers of WRITERS) {
        const one = await port.write(writers, plan.ms)
        if (!isWarmUp)
          add(measured, `${port.name}, ${writers} ${writers === 1 ? 'writer' : 'writers'}`, one)
      }
    }
    progress(`round ${round} of ${plan.rounds}`)
  }
  const floorPerSecond = median(floors)
  const floorMs = 1_000 / floorPerSecond
  return [...measured].flatMap(([name, { perSecond, p50, p99 }]) => [
    compared(`${name}: receipts / one fsync each`, median(perSecond), floorPerSecond, 'entries/s'),
    compared(`${name}: p50 of a receipt / one fsync`, median(p50), floorMs, 'ms'),
    compared(`${name}: p99 of a receipt / one fsync`, median(p99), floorMs, 'ms'),
  ])
}

function add(
  measured: Map<string, Figures>,
  name: string,
  one: { readonly perSecond: number; readonly p50: number; readonly p99: number },
): void {
  const figures = measured.get(name) ?? { perSecond: [], p50: [], p99: [] }
  measured.set(name, figures)
  figures.perSecond.push(one.perSecond)
  figures.p50.push(one.p50)
  figures.p99.push(one.p99)
}
