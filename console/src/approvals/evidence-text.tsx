/** A recorded result as it came, cut to what a person reads. */
import { useQuery } from '@tanstack/react-query'
import { evidenceQuery } from '../api/case-queries.ts'
import { ScrollText } from '../ui/scroll-text.tsx'
import { Loading, Trouble } from '../ui/states.tsx'
import css from './evidence-text.module.css'

export function EvidenceText({ id }: { readonly id: string }) {
  const evidence = useQuery(evidenceQuery(id))
  if (evidence.isPending) return <Loading rows={3} label="Loading the evidence" />
  if (evidence.isError) return <Trouble error={evidence.error} />
  const { content } = evidence.data
  if (content.state !== 'present')
    return (
      <p className={css.none}>The result is {content.state}; its digest stays in the ledger.</p>
    )
  return (
    <ScrollText label="Recorded result" text={content.text} cutAt={3_000} isCut={content.is_cut} />
  )
}
