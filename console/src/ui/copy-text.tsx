/** Text to take along, with a button that copies all of it. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import css from './copy-text.module.css'
import { Icon } from './icon.tsx'

export function CopyText({ label, text }: { readonly label: string; readonly text: string }) {
  const [copied, setCopied] = useState('')
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(text)
  }
  const isCopied = copied === text
  return (
    <div className={css.copy}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse (WCAG 2.1.1) */}
      <section className={css.text} aria-label={label} tabIndex={0}>
        {text}
      </section>
      <Button
        size="xs"
        variant="default"
        leftSection={<Icon name={isCopied ? 'good' : 'copy'} size={13} />}
        aria-label={`Copy: ${label}`}
        onClick={() => void copy().catch(() => setCopied(''))}
      >
        {isCopied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  )
}
