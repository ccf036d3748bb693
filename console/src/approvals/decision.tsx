export function Decision() {
  return <h1>Decision</h1>
}
