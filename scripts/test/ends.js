// Leaves a file when a process has run all its tests. It is imported before the test files, because
// node:test counts a process that exits early with code 0 as passed, with all the tests that it
// never ran. Without the file such a process counts as failed.
import { writeFileSync } from 'node:fs'
import { after } from 'node:test'

let over = false
after(() => {
  over = true
})
process.on('exit', () => {
  if (over) writeFileSync(`${process.argv[1]}.ended`, '')
})
