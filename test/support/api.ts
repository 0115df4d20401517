// The API as a program of somebody else asks it: supertest, with the sign-in of an actor.
import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import supertest, { type Response, type Test } from 'supertest'
import type { Actor, House } from './app.ts'

export type Asking = ReturnType<typeof supertest.agent>

// one connection a call would use up the ports of a machine where a test makes ten thousand
const connections = new Agent({ keepAlive: true })

/** Whoever has not signed in. */
export const nobody = ({ url }: Pick<House, 'url'>): Asking =>
  supertest
    .agent(url)
    .use((call: Test) => call.agent(connections))
    .use(tellAll)

export const as = (actor: Actor): Asking => nobody(actor).auth(actor.token, { type: 'bearer' })

/** supertest tells the status it got; whoever reads a failure wants to know what was asked and answered, too. */
function tellAll(call: Test): void {
  const end = call.end.bind(call)
  call.end = (done) =>
    end((error: unknown, answer: Response | undefined) => {
      if (error instanceof Error) {
        const { message, stack = '' } = error
        error.message = `${message}\n${story(call, answer)}`
        error.stack = stack.replace(message, () => error.message)
      }
      done?.(error, answer as Response)
    })
}

function story(call: Test, answer: Response | undefined): string {
  const { method, url, data = '' } = call.toJSON()
  const sent = typeof data === 'string' ? data : JSON.stringify(data)
  const got = answer ? `${answer.status} ${answer.text}` : 'no answer'
  return `${method} ${url} ${sent.slice(0, 500)}: ${got.slice(0, 500)}`
}

/** Refused with this code, and for this field where one is named. */
export const refusal =
  (code: string, field?: string) =>
  ({ body: { error } }: Response): void => {
    assert.equal(error?.code, code)
    if (field !== undefined) assert.equal(error.details?.field, field)
  }
