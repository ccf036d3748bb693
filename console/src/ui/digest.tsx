/** A digest as its first eight digits, spaced to be read aloud; pressing it copies the whole. */
import { useState } from 'react'
import css from './digest.module.css'
import { Icon } from './icon.tsx'

export function Digest({ value, label }: { readonly value: string; readonly label: string }) {
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(value)
    setCopied(true)
  }
  return (
    <button
      type="button"
      className={css.digest}
      title={value}
      aria-label={`${shortCode(value)}: copy ${label}`}
      onClick={() => void copy().catch(() => setCopied(false))}
    >
      <code>{shortCode(value)}</code>
      <Icon name={isCopied ? 'good' : 'copy'} size={12} />
    </button>
  )
}

export function shortCode(value: string): string {
  const hex = value.replace(/^sha256:/, '')
  return `${hex.slice(0, 4)} ${hex.slice(4, 8)}`
}
