// Reads an HTML report, or a HAR, as strictly as its format is defined: `node read.mjs FILE…`. Tells each fault on a
// line, and ends with 1 where there is one.

import { readFileSync } from 'node:fs'
import { har } from 'har-validator/lib/promise.js'
import { FileSystemConfigLoader, HtmlValidate } from 'html-validate'

const rules = { root: true, extends: ['html-validate:standard', 'html-validate:a11y'] }

async function htmlFaults(file) {
  const validator = new HtmlValidate(new FileSystemConfigLoader(rules))
  const { results } = await validator.validateFile(file)
  return results.flatMap(({ messages }) => messages).map(({ line, column, message }) => `${line}:${column} ${message}`)
}

async function harFaults(file) {
  try {
    await har(JSON.parse(readFileSync(file, 'utf8')))
    return []
  } catch (error) {
    return error.errors?.map(({ dataPath, message }) => `${dataPath} ${message}`) ?? [String(error)]
  }
}

for (const file of process.argv.slice(2)) {
  const faults = await (file.endsWith('.har') ? harFaults(file) : htmlFaults(file))
  faults.forEach((fault) => console.log(`${file}: ${fault}`))
  if (faults.length > 0) process.exitCode = 1
}
