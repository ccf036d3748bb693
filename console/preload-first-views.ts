/**
 * Names in the page what the decision view consists of, so that a browser fetches it beside the base and not after
 * the base has run. It is part of the first load that test/e2e/sizes.test.ts measures.
 */
import { join } from 'node:path'
import type { HtmlTagDescriptor, Plugin, Rolldown } from 'vite'

/** Runs while the rest still comes; it imports nothing. */
const ASK_FIRST = join(import.meta.dirname, 'src/ask-first.ts')

export const FIRST_VIEWS = /\/approvals\/(approvals|decision)\.tsx$/

export function preloadFirstViews(): Plugin {
  return {
    name: 'preload-first-views',
    apply: 'build',
    buildStart() {
      this.emitFile({ type: 'chunk', id: ASK_FIRST, name: 'ask-first' })
    },
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle))
        if (chunk.type === 'chunk' && chunk.facadeModuleId === ASK_FIRST)
          chunk.code = `(()=>{${chunk.code}})()`
    },
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {} }) => {
        const chunks = new Map(
          Object.values(bundle)
            .filter((file) => file.type === 'chunk')
            .map((chunk) => [chunk.fileName, chunk]),
        )
        const all = [...chunks.values()]
        const first = all.find(({ facadeModuleId }) => facadeModuleId === ASK_FIRST)
        if (first === undefined || first.imports.length > 0)
          throw new Error('what asks first has to stand alone')
        const inPage = closureOf(
          all.filter(({ isEntry }) => isEntry),
          chunks,
        )
        const views = all.filter(({ moduleIds }) => moduleIds.some((id) => FIRST_VIEWS.test(id)))
        if (views.length === 0) throw new Error('the build has no decision view to preload')
        const added = [...closureOf(views, chunks)].filter((chunk) => !inPage.has(chunk))
        const styles = new Set(
          added.flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]),
        )
        return [
          script({ src: `/${first.fileName}` }),
          ...added.map(({ fileName }) => link({ rel: 'modulepreload', href: `/${fileName}` })),
          ...[...styles].map((name) => link({ rel: 'preload', as: 'style', href: `/${name}` })),
        ]
      },
    },
  }
}

type Chunk = Rolldown.OutputChunk

function closureOf(
  from: readonly Chunk[],
  chunks: ReadonlyMap<string, Chunk>,
  found = new Set<Chunk>(),
): ReadonlySet<Chunk> {
  for (const chunk of from.filter((each) => !found.has(each))) {
    found.add(chunk)
    const imported = chunk.imports
      .map((name) => chunks.get(name))
      .filter((each) => each !== undefined)
    closureOf(imported, chunks, found)
  }
  return found
}

/** Before everything else in the page, so that it is fetched and run first. */
function script(attrs: Readonly<Record<string, string | boolean>>): HtmlTagDescriptor {
  return { tag: 'script', attrs: { ...attrs, crossorigin: true }, injectTo: 'head-prepend' }
}

function link(attrs: Readonly<Record<string, string>>): HtmlTagDescriptor {
  return { tag: 'link', attrs: { ...attrs, crossorigin: true }, injectTo: 'head' }
}
