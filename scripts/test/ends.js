// Imported before the test files of a process, to leave a file if the process comes to its end. For
// node:test a process that exits with 0 has passed, and so have the tests that it never ran; and of
// one that is killed after a failure only that failure is told.
import { writeFileSync } from 'node:fs'
import { after } from 'node:test'

let over = false
after(() => {
  over = true
})
process.on('exit', () => {
  if (over) writeFileSync(`${process.argv[1]}.ended`, '')
})
