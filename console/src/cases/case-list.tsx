/** Every case the gateway knows. */
export function CaseList() {
  return <h1>Cases</h1>
}
