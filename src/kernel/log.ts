/**
 * The operator's log, as far as the product needs it. A logger of pino fits. Fields hold ids, codes and
 * sizes; never a credential, an argument or a result.
 */
type Write = (fields: Readonly<Record<string, unknown>>, message: string) => void

export type Log = {
  readonly debug: Write
  readonly info: Write
  readonly warn: Write
  readonly error: Write
}
