/** The login page for somebody who is signed in already: on to where the link leads. */
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'

const route = getRouteApi('/login')

export function LoginDone() {
  const { to = '/' } = route.useSearch()
  const { history } = useRouter()
  useEffect(() => history.replace(to), [history, to])
  return null
}
