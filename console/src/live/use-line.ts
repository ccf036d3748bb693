/** The live line, for views: keeping it up, and whether it is. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { keepLine, type LineState, lineState, onLineState } from './line.ts'

/** Once, by the frame around the views. */
export function useKeptLine(): void {
  const client = useQueryClient()
  useEffect(() => {
    const stop = new AbortController()
    void keepLine(client, stop.signal)
    return () => stop.abort()
  }, [client])
}

export function useLine(): LineState {
  return useSyncExternalStore(onLineState, lineState)
}
