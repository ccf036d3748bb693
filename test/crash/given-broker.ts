/** A broker as a configuration file gives it. What reads its secrets is not handed from one process to another. */
import { readFileSync } from 'node:fs'
import { brokerOf } from '../../src/config-brokers.ts'
import type { ConfigFile } from '../../src/contract/config-file.ts'

/** Names of secret files are whole. */
export function brokerAsGiven(given: ConfigFile['brokers'][number]): ReturnType<typeof brokerOf> {
  const secret = (file: string) => () => readFileSync(file, 'utf8').trim()
  return brokerOf(given, { at: (file) => file, secret })
}
