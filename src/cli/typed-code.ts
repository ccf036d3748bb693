/** A yes is typed as the short code of what it signs, so that it cannot be given to something else by habit. */
import { Failure } from '../kernel/failure.ts'
import type { Cli } from './context.ts'
import { shortCode } from './digest-text.ts'

/** `what` finishes "Type 1234-abcd ...". Throws `usage_invalid` where nobody can be asked, `cancelled`. */
export async function requireTypedCode(cli: Cli, digest: string, what: string): Promise<void> {
  if (!cli.mayAsk())
    throw new Failure(
      'usage_invalid',
      'nobody can be asked here; look first, then approve with --yes',
    )
  const code = shortCode(digest)
  const typed = await cli.terminal.ask(`Type ${code} ${what}, anything else to leave it: `)
  if (typed.trim() !== code) throw new Failure('cancelled', 'nothing was decided')
}
