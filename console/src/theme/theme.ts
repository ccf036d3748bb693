/**
 * The one look. Mantine's own shades fail WCAG AA in places (its issue 7511): shade 8 with automatic contrast
 * does not, and axe holds us to it on every page.
 */
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core'

// biome-ignore format: a palette reads best as one line
const teal: MantineColorsTuple = ['#e8f6f8', '#d3ebef', '#a6d6df', '#76c0ce', '#4faec0', '#36a3b7', '#2590a6', '#187b8f', '#0f6579', '#064b5b']
// biome-ignore format: a palette reads best as one line
const red: MantineColorsTuple = ['#fdecec', '#f8d5d6', '#eda9ac', '#e37a7f', '#db5359', '#d63b42', '#d02d35', '#b8222b', '#a51c25', '#8a121c']
/** Text down to ground of the dark scheme; 7 is the page, 6 a surface on it. */
// biome-ignore format: a palette reads best as one line
const dark: MantineColorsTuple = ['#e4e9ee', '#c6ced7', '#a8b3bf', '#8b97a4', '#33404c', '#26303a', '#151b22', '#0e1318', '#0a0e12', '#06090c']

const MONO =
  'ui-monospace, SFMono-Regular, "SF Mono", Menlo, "Cascadia Mono", "DejaVu Sans Mono", monospace'

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  luminanceThreshold: 0.3,
  colors: { teal, red, dark },
  white: '#ffffff',
  black: '#16202b',
  fontFamily:
    'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace: MONO,
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 250, withArrow: true } },
    Modal: { defaultProps: { centered: true, radius: 10 } },
  },
})

/** What Mantine paints with colours too pale for text. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f5f7f9',
    '--mantine-color-dimmed': '#4e5b69',
    '--mantine-color-placeholder': '#66727f',
    '--mantine-color-error': '#a51c25',
    '--mantine-color-default-border': '#cfd6dd',
    '--mantine-color-anchor': '#0f6579',
  },
  dark: {
    '--mantine-color-dimmed': '#a8b3bf',
    '--mantine-color-placeholder': '#93a0ad',
    '--mantine-color-error': '#ff9a9f',
    '--mantine-color-default-border': '#33404c',
    '--mantine-color-anchor': '#74cadb',
  },
})
