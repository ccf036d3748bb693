/** The login page for somebody who is signed in already. */
import { Navigate } from '@tanstack/react-router'

export function LoginDone() {
  return <Navigate to="/" replace />
}
