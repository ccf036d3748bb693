/** Says in a corner of the page that something was done. What says it comes when it is first needed. */
import type { NotificationData } from '@mantine/notifications'

export function tell(words: NotificationData): void {
  // Not being told takes nothing back: the view itself shows what was done.
  import('@mantine/notifications')
    .then(({ notifications }) => notifications.show(words))
    .catch(() => undefined)
}
