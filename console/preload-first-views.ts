/**
 * Names in the page what the decision view consists of, so that a browser fetches it beside the base and not after
 * the base has run. It is part of the first load that test/e2e/sizes.test.ts measures.
 */
import type { HtmlTagDescriptor, Plugin, Rolldown } from 'vite'

const FIRST_VIEWS = /\/approvals\/(approvals|decision)\.tsx$/

export function preloadFirstViews(): Plugin {
  return {
    name: 'preload-first-views',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {} }) => {
        const chunks = new Map(
          Object.values(bundle)
            .filter((file) => file.type === 'chunk')
            .map((chunk) => [chunk.fileName, chunk]),
        )
        const all = [...chunks.values()]
        const inPage = closureOf(
          all.filter(({ isEntry }) => isEntry),
          chunks,
        )
        const views = all.filter(({ facadeModuleId }) => FIRST_VIEWS.test(facadeModuleId ?? ''))
        if (views.length === 0) throw new Error('the build has no decision view to preload')
        const added = [...closureOf(views, chunks)].filter((chunk) => !inPage.has(chunk))
        const styles = new Set(
          added.flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]),
        )
        return [
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

function link(attrs: Readonly<Record<string, string>>): HtmlTagDescriptor {
  return { tag: 'link', attrs: { ...attrs, crossorigin: true }, injectTo: 'head' }
}
