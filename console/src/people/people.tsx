/** Who is on call, who works here with which keys, and putting one's own key on record. */
import { useQuery } from '@tanstack/react-query'
import { meQuery } from '../api/queries.ts'
import { Loading } from '../ui/states.tsx'
import { Directory } from './directory.tsx'
import { Duty } from './duty.tsx'
import { MyPasskeys } from './my-passkeys.tsx'
import css from './people.module.css'
import { WaitingKeys } from './waiting-keys.tsx'

export function People() {
  const me = useQuery(meQuery).data
  if (me === undefined) return <Loading label="Loading the people" />
  return (
    <div className={css.page}>
      <h1 className={css.title}>People</h1>
      <div className={css.column}>
        <MyPasskeys me={me} />
        <WaitingKeys me={me} />
        <Directory me={me} />
      </div>
      <div className={css.column}>
        <Duty />
      </div>
    </div>
  )
}
