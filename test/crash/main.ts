/**
 * `npm run crash`: kills on both engines before a tool server that writes down what it gets (run.ts); with
 * `--target NAME` before a real target (targets/run.ts).
 */
const isReal = process.argv.some((word) => word === '--target' || word.startsWith('--target='))
await import(isReal ? './targets/run.ts' : './run.ts')
