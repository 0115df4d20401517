// Calls the HTTP API like an independent client would, with supertest and the sign-in of a person.
import assert from 'node:assert/strict'
import { Agent } from 'node:http'
import supertest, { type Response, type Test } from 'supertest'
import { undescribed } from './answers.ts'
import type { Actor, House } from './app.ts'

export type Asking = ReturnType<typeof supertest.agent>

// connections are reused, because one per call would use up the machine's ports in tests that make
// ten thousand calls
const connections = new Agent({ keepAlive: true })

/** Makes calls without any sign-in, as a stranger would. */
export const asNobody = ({ url }: Pick<House, 'url'>): Asking =>
  supertest
    .agent(url)
    .use((call: Test) => call.agent(connections))
    .use(tellAll)

export const as = (actor: Actor): Asking => asNobody(actor).auth(actor.token, { type: 'bearer' })

/**
 * An answer that the OpenAPI document does not describe fails the test.
 * When an expected status does not match, supertest shows only the status; this adds the request
 * and the answer to the failure.
 */
function tellAll(call: Test): void {
  const end = call.end.bind(call)
  call.end = (done) =>
    end((failed: unknown, answer: Response | undefined) => {
      const error = failed ?? (answer && faultOf(call, answer))
      if (error instanceof Error) {
        const { message, stack = '' } = error
        error.message = `${message}\n${story(call, answer)}`
        error.stack = stack.replace(message, () => error.message)
      }
      done?.(error, answer as Response)
    })
}

function faultOf({ method, url }: Test, { status, type, body }: Response): Error | null {
  // a call for a file is read as bytes, so if it is refused the JSON is in these bytes
  const isBytes = Buffer.isBuffer(body) && type === 'application/json'
  const said: unknown = isBytes ? JSON.parse(body.toString()) : body
  const fault = undescribed({ method, url }, { status, type, body: said })
  return fault === null ? null : new Error(fault)
}

function story(call: Test, answer: Response | undefined): string {
  const { method, url, data = '' } = call.toJSON()
  const sent = typeof data === 'string' ? data : JSON.stringify(data)
  const got = answer ? `${answer.status} ${answer.text}` : 'no answer'
  return `${method} ${url} ${sent.slice(0, 500)}: ${got.slice(0, 500)}`
}

/** Expects a refusal with this error code, and for this field if one is given. */
export const refusal =
  (code: string, field?: string) =>
  ({ body: { error } }: Response): void => {
    assert.equal(error?.code, code)
    if (field !== undefined) assert.equal(error.details?.field, field)
  }
