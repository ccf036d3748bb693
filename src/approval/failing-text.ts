/**
 * The eligibility tests in the words of the person they are about, each with what helps next. Written once, so
 * that the API, the command line and the record say the same (R131).
 */
import type { FailingTest } from './eligibility.ts'

type Words = { readonly says: string; readonly next: string }

// biome-ignore format: a table reads best with one row per line
export const FAILING_TEXT: Readonly<Record<FailingTest, Words>> = {
  suspended: { says: 'you are suspended', next: 'Ask the platform engineer why.' },
  suspect: { says: 'somebody marked you as suspect in this case', next: 'Ask the shift lead to clear the mark, with a reason.' },
  no_need_left: { says: 'nothing is left to sign', next: 'Read its state.' },
  already_signed: { says: 'you have signed already', next: 'Another person signs.' },
  role: { says: 'you do not hold the role', next: 'Whoever is accountable decides.' },
  role_unrecorded: { says: 'the audit record does not bear out your roles: the ledger entry they name is missing or says something else', next: 'Have your roles given to you again (person roles), and have whoever keeps the database look at why.' },
  on_duty: { says: 'you are not on duty for the role', next: 'If you should be, have the shift put on the roster.' },
  shift_unseen: { says: 'your shift was entered by one person, with a token or less than an hour ago', next: 'Have a second person confirm it: roster add --propose "why", then change confirm. Or escalate the request.' },
  certified: { says: 'you hold no valid certificate for this class of action', next: 'The next eligible person is asked. Have the certificate issued or renewed.' },
  certificate_unrecorded: { says: 'the audit record does not bear out your certificate: the ledger entry it names is missing or says something else', next: 'Have the certificate issued again (person certify), and have whoever keeps the database look at why.' },
  requester: { says: 'the work is done on your behalf', next: 'Another person of the role decides.' },
  target: { says: 'you are the target', next: 'Another person of the role decides.' },
  agent_owner: { says: 'you own the agent, and this cannot be taken back', next: 'Another person of the role decides.' },
  modifier: { says: 'you changed the arguments', next: 'Another person of the role takes it over and decides.' },
  limit: { says: 'it is beyond what your role may release', next: 'Escalate it to the next role.' },
  not_owner: { says: 'the request is not yours', next: 'Take it over first, then approve it.' },
}
