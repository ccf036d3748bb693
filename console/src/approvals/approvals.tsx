import { Outlet } from '@tanstack/react-router'

export function Approvals() {
  return <Outlet />
}
