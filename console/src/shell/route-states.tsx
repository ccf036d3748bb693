/** A view that is being fetched, one that failed, and an address without a view. */
import { VisuallyHidden } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'

export function RoutePending() {
  return (
    <>
      <VisuallyHidden component="h1">Loading</VisuallyHidden>
      <Loading rows={8} />
    </>
  )
}

export function RouteError({
  error,
  reset,
}: {
  readonly error: unknown
  readonly reset: () => void
}) {
  return <Trouble error={error} onRetry={reset} />
}

export function RouteMissing() {
  return (
    <Nothing icon="info" title="There is no view at this address.">
      <Link to="/">Go to the shift board</Link>
    </Nothing>
  )
}
