export function NoApproval() {
  return <h1>Approvals</h1>
}
