/** What a shift lead looks at first. */
export function Board() {
  return <h1>Shift board</h1>
}
