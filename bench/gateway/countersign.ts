/** The gateway with one task at work. */
import { taskToken } from '../../test/harness/plane.ts'
import { startLogPlane } from './log-plane.ts'
import { serveTarget } from './target.ts'

const { plane, url, close } = await startLogPlane()

serveTarget({ url, token: () => taskToken(plane), close })
