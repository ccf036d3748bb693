/** The few pictures there are: 16 px, drawn in the colour of the text. A picture never stands without a word. */

// biome-ignore format: one picture per line
const PATHS = {
  board: 'M2 2h5v6H2zM9 2h5v3H9zM9 7h5v7H9zM2 10h5v4H2z',
  approvals: 'M3 8.5 6.5 12 13 4.5',
  cases: 'M2 4h4l1.5 2H14v7H2zM2 4v9',
  agents: 'M4 6h8v6H4zM8 6V3M6.5 9h.01M9.5 9h.01M2 8.5v2M14 8.5v2',
  tools: 'M10.5 2a3.5 3.5 0 0 0-3.2 4.9L2.5 11.7l1.8 1.8 4.8-4.8A3.5 3.5 0 0 0 13.8 4l-2 2-1.8-1.8 2-2z',
  policies: 'M4 2h6l3 3v9H4zM6.5 7h4M6.5 10h4',
  people: 'M5.5 7a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4M1.5 13.5a4 4 0 0 1 8 0M11 7a1.9 1.9 0 1 0 0-3.8M11.5 9.6a3.6 3.6 0 0 1 3 3.9',
  ledger: 'M3 3h10v10H3zM3 6.3h10M3 9.6h10M6.3 3v10',
  oversight: 'M2 13V9M6 13V4M10 13V7M14 13V2',
  start: 'M4 2.5v11l9-5.5z',
  stop: 'M5.3 2h5.4L14 5.3v5.4L10.7 14H5.3L2 10.7V5.3zM5.5 5.5l5 5M10.5 5.5l-5 5',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10M10.7 10.7 14 14',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 4.5V8l2.5 1.5',
  warn: 'M8 2 1.5 13.5h13zM8 6.5V9.5M8 11.5h.01',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 7.5V11M8 5h.01',
  good: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M5.3 8.3l2 2 3.6-4.4',
  deny: 'M4 4l8 8M12 4l-8 8',
  ask: 'M2 3h12v8H7l-3 3v-3H2zM5.5 7h5',
  undo: 'M5.5 3 2.5 6l3 3M2.5 6H10a3.5 3.5 0 0 1 0 7H6',
  once: 'M8 2v7M8 12.5h.01',
  target: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5',
  world: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M2 8h12M8 2c4 4 4 8 0 12M8 2C4 6 4 10 8 14',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8M8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6',
  person: 'M8 7.5A2.7 2.7 0 1 0 8 2a2.7 2.7 0 0 0 0 5.5M3 14a5 5 0 0 1 10 0',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6M8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1',
  moon: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z',
  back: 'M10 3 5 8l5 5',
  next: 'M6 3l5 5-5 5',
  link: 'M6.5 9.5l3-3M7 4.5l1.5-1.5a3 3 0 0 1 4.5 4.5L11.5 9M9 11.5 7.5 13A3 3 0 0 1 3 8.500L4.500 7',
  download: 'M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.500h11',
  key: 'M5 11.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6M8 8.500h6M11.500 8.500v2.500M14 8.500v2',
} as const

export type IconName = keyof typeof PATHS

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      style={{ flex: 'none' }}
    >
      <path d={PATHS[name]} />
    </svg>
  )
}
