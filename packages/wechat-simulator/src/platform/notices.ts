import { randomBytes } from 'node:crypto'
import type { Verdict } from '../push/answer.ts'
import { tryThrice } from '../push/tries.ts'
import { seconds } from '../state/store.ts'
import type { Store } from '../state/store.ts'
import type { Component } from '../types.ts'
import { writeFields } from '../wire/xml.ts'
import type { Fields } from '../wire/xml.ts'

const tenMinutes = 600_000

export type Noticed = { attempts: number; status: number | null; outcome: string }

function judge(body: string): Verdict {
  return body === 'success'
    ? { ok: true, reply: body, shown: null }
    : { ok: false, reply: body, reason: 'not the word success' }
}

const secret = ['ComponentVerifyTicket', 'AuthorizationCode', 'PreAuthCode']

/**
 * Pushes a notice to the platform's authorisation URL, always encrypted and with the platform's own
 * appid in the envelope.
 */
export async function notify(store: Store, component: Component, about: Fields): Promise<Noticed> {
  const fields = { AppId: component.componentAppid, CreateTime: seconds(store.now()), ...about }
  const { ticketUrl: url, token, encodingAesKey, componentAppid: appid } = component
  const request = Object.fromEntries(
    Object.entries(fields).filter(([name]) => !secret.includes(name)),
  )
  const all = await tryThrice(store, {
    letter: {
      receiver: {
        url,
        token,
        encodingAesKey,
        previousAesKey: '',
        appid,
        mode: 'safe',
        format: 'xml',
      },
      xml: `<xml>${writeFields(fields)}</xml>`,
      envelope: { AppId: appid },
    },
    appid,
    judge,
    ledger: { request },
  })
  const last = all.at(-1)
  return { attempts: all.length, status: last?.status ?? null, outcome: last?.outcome ?? 'closing' }
}

/**
 * Creates a new ticket and pushes it. Old tickets are remembered, because an expired one and an
 * unknown one give different errors.
 */
export async function pushTicket(
  store: Store,
  component: Component,
): Promise<Noticed & { ticket: string }> {
  const now = store.now()
  const ticket = `ticket@@@${randomBytes(48).toString('base64url')}`
  component.tickets = [...component.tickets, { ticket, at: now }].slice(-200)
  component.nextTicketAt = now + tenMinutes
  store.save()
  return {
    ...(await notify(store, component, {
      InfoType: 'component_verify_ticket',
      ComponentVerifyTicket: ticket,
    })),
    ticket,
  }
}

/**
 * Pushes a ticket every ten minutes of the simulator's clock. After a jump of the clock only one is
 * sent.
 */
export function pushDueTickets(store: Store): void {
  for (const component of store.components.values()) {
    if (component.nextTicketAt <= store.now()) {
      pushTicket(store, component).catch(() => undefined)
    }
  }
}
