/**
 * As a `ref`: takes the focus when the element appears. It must be one function for all renders; a new one each
 * time would take the focus back from wherever the person went.
 */
export function focusOnce(element: HTMLElement | null): void {
  element?.focus()
}
