/** A shortcut of one key: never while somebody types, never with another key held, never where they are off. */
import { useEffect, useRef } from 'react'
import { areSingleKeysOn } from './single-keys.ts'

const TYPED_INTO = 'input, textarea, select, [contenteditable="true"]'

export function useSingleKey(key: string, act: () => void): void {
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey) return
      if (!areSingleKeysOn() || event.defaultPrevented) return
      if (event.target instanceof Element && event.target.closest(TYPED_INTO) !== null) return
      event.preventDefault()
      latest.current()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [key])
}
