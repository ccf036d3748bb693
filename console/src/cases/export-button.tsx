/** Takes the whole record of a case home as one file that `countersign verify` checks, with how far it is. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { open } from '../api/client.ts'
import { Icon } from '../ui/icon.tsx'
import { Trouble } from '../ui/states.tsx'

type Progress = { readonly bytes: number } | { readonly error: unknown } | 'done'

export function ExportButton({
  caseId,
  isAllowed,
}: {
  readonly caseId: string
  readonly isAllowed: boolean
}) {
  const [progress, setProgress] = useState<Progress>()
  const isBusy = typeof progress === 'object' && 'bytes' in progress
  const take = async () => {
    setProgress({ bytes: 0 })
    try {
      const file = await download(caseId, (bytes) => setProgress({ bytes }))
      saveAs(file, `case-${caseId}.countersign`)
      setProgress('done')
    } catch (error) {
      setProgress({ error })
    }
  }
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<Icon name="download" size={14} />}
        disabled={!isAllowed || isBusy}
        title={isAllowed ? undefined : 'Auditors, privacy officers and leads export cases.'}
        onClick={() => void take()}
      >
        {isBusy
          ? `Exporting, ${Math.ceil(progress.bytes / 1024)} kB`
          : progress === 'done'
            ? 'Exported'
            : 'Export'}
      </Button>
      {typeof progress === 'object' && 'error' in progress && <Trouble error={progress.error} />}
    </>
  )
}

async function download(caseId: string, onBytes: (bytes: number) => void): Promise<Blob> {
  const response = await open(`/api/v1/cases/${caseId}/export`, { method: 'POST' })
  const parts: BlobPart[] = []
  let bytes = 0
  const reader = response.body?.getReader()
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    parts.push(read.value.slice())
    bytes += read.value.length
    onBytes(bytes)
  }
  return new Blob(parts, { type: 'application/x-ndjson' })
}

function saveAs(file: Blob, name: string): void {
  const address = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser has taken it over by the next turn; keeping it would keep the file in memory.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
