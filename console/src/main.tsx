/** Mounts the console. Styles that are computed while it runs carry the nonce of this page. */
import './theme/mantine-css.ts'
import './theme/tokens.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { askWhoIsHere } from './api/query-client.ts'
import { App } from './app.tsx'
import { nonce } from './theme/nonce.ts'

// The scroll lock of dialogs writes a style element and reads its nonce from here (package get-nonce).
Object.assign(globalThis, { __webpack_nonce__: nonce() })

askWhoIsHere()

const root = document.getElementById('root')
if (root === null) throw new Error('the page has no place for the console')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
