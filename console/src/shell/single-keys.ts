/**
 * Shortcuts of one key can be turned off (WCAG 2.1.4): speech input types letters by accident. The choice is the
 * only thing this console keeps on the machine, beside the colour scheme.
 */
import { useSyncExternalStore } from 'react'

const PLACE = 'countersign.single-keys'
const listeners = new Set<() => void>()

export function areSingleKeysOn(): boolean {
  return localStorage.getItem(PLACE) !== 'off'
}

export function setSingleKeys(isOn: boolean): void {
  localStorage.setItem(PLACE, isOn ? 'on' : 'off')
  for (const listener of listeners) listener()
}

export function useSingleKeys(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, areSingleKeysOn)
}
