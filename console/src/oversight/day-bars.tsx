/** A bar for each day, in parts. The picture is for the shape; the table beside it has the figures. */
import { Folded } from '../ui/panel.tsx'
import { Table } from '../ui/table.tsx'
import css from './oversight.module.css'

export type Bar = {
  readonly key: string
  readonly parts: readonly number[]
  /** The row of the table. */
  readonly cells: readonly string[]
}

const HEIGHT = 100
const STEP = 10
const GAP = 2

export function DayBars({
  label,
  parts,
  bars,
  heads,
  topText,
}: {
  readonly label: string
  /** The names of the parts of each bar, from the ground up. */
  readonly parts: readonly string[]
  readonly bars: readonly Bar[]
  readonly heads: readonly string[]
  /** What the highest bar stands for. */
  readonly topText: (top: number) => string
}) {
  const top = Math.max(0, ...bars.map(sumOf))
  const width = Math.max(1, bars.length) * STEP
  return (
    <figure>
      <p className={css.top}>{topText(top)}</p>
      <svg
        className={css.bars}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}; the figures are in the table below`}
      >
        {bars.map((bar, at) => (
          <BarOf key={bar.key} bar={bar} x={at * STEP} scale={top === 0 ? 0 : HEIGHT / top} />
        ))}
        <line x1={0} y1={HEIGHT} x2={width} y2={HEIGHT} className={css.ground} />
      </svg>
      <p className={css.axis}>
        <span>{bars[0]?.key}</span>
        <span>{bars.at(-1)?.key}</span>
      </p>
      {parts.length > 1 && (
        <ul className={css.legend}>
          {parts.map((part, at) => (
            <li key={part}>
              <span className={css.swatch} data-part={at} /> {part}
            </li>
          ))}
        </ul>
      )}
      <Folded title="As a table">
        <Table caption={label} heads={heads} rows={bars} />
      </Folded>
    </figure>
  )
}

function BarOf({
  bar,
  x,
  scale,
}: {
  readonly bar: Bar
  readonly x: number
  readonly scale: number
}) {
  let y = HEIGHT
  return bar.parts.map((value, at) => {
    const height = value * scale
    y -= height
    return (
      <rect
        // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other name
        key={at}
        x={x + GAP / 2}
        y={y}
        width={STEP - GAP}
        height={height}
        data-part={at}
      />
    )
  })
}

function sumOf({ parts }: Bar): number {
  return parts.reduce((sum, value) => sum + value, 0)
}
