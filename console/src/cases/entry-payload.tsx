/** The words or the result behind an entry, as they came: somebody's text, never markup. */
import { useQuery } from '@tanstack/react-query'
import { payloadQuery } from '../api/case-queries.ts'
import type { Payload } from '../api/wire.ts'
import { plainWords } from '../approvals/words.ts'
import { ScrollText } from '../ui/scroll-text.tsx'
import { Loading, Trouble } from '../ui/states.tsx'
import css from './entry-payload.module.css'

export function EntryPayload({
  caseId,
  entryId,
  name,
}: {
  readonly caseId: string
  readonly entryId: string
  readonly name: string
}) {
  const payload = useQuery(payloadQuery(caseId, entryId, name))
  return (
    <figure className={css.payload}>
      <figcaption className={css.name}>{plainWords(name)}</figcaption>
      {payload.isPending && <Loading rows={2} label={`Loading ${name}`} />}
      {payload.isError && <Trouble error={payload.error} />}
      {payload.data !== undefined && <Content content={payload.data.content} />}
    </figure>
  )
}

function Content({ content }: { readonly content: Payload['content'] }) {
  if (content.state !== 'present') return <p className={css.none}>{content.state}</p>
  return (
    <ScrollText
      label="Recorded text"
      text={spaced(content.text)}
      cutAt={1_500}
      isCut={content.is_cut}
    />
  )
}

/** JSON with its lines broken; anything else, and what was cut, as it is. */
function spaced(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
  } catch {
    return text
  }
}
