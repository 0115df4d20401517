// What pushes are decided on. It is loaded under lock before the first of a batch is decided (load-facts.ts), and no decision changes
// it: what follows from a push are its effects.
import type { ReceptionRow, SessionRow } from '../../../../entities/index.ts'
import type { Found } from '../../../../rules/auto-reply/keyword.ts'
import type { Ids } from '../../../ids.ts'
import type { KnownCustomer, VisitedCustomer } from '../../../ports.ts'
import type { PersonRead } from '../../queue/roster.ts'
import { gradedBy, type Graded } from './graded.ts'
import { customerOf, type NewPush, type Push } from './push.ts'

/** What changes when a customer does more than write; loaded only for those who do. `n`: of the newest step of their trajectory. */
export type Visit = VisitedCustomer & { n: number }

/** A session, and what its batch has done to it so far: that is written once, at the end. */
export type BatchSession = {
  row: SessionRow
  /** Opened by a push of this batch: no index knows of it, and its row is written whole. */
  isNew: boolean
  hasNewLines: boolean
  isReranked: boolean
  step: 'moved' | 'ended' | null
  /** The list it stood in before that step. */
  from: string | null
}

export const batchSession = (row: SessionRow, isNew = false): BatchSession => ({
  row,
  isNew,
  hasNewLines: false,
  isReranked: false,
  step: null,
  from: null,
})

export type CustomerFacts = {
  readonly customer: Readonly<KnownCustomer>
  readonly open: Readonly<BatchSession & { row: Readonly<SessionRow> }> | null
  readonly visit: Readonly<Visit> | null
}

/** Codes by which customers come; `byScene` by account and scene. */
export type Receptions = {
  byScene: ReadonlyMap<string, ReceptionRow>
  byId: ReadonlyMap<string, ReceptionRow>
}

/** How many stand before somebody in a lane, and when others left it. */
export type Place = { before: number; left: number[] }

type Shared = {
  readonly at: number
  readonly ids: Ids
  readonly receptions: Receptions
  /** Who may be given a session. */
  readonly people: ReadonlyMap<number, Readonly<PersonRead>>
  /** Lanes, with their company, in which somebody waits. */
  readonly waitedIn: ReadonlySet<string>
  /** By push and lane; only where customers are told their place. */
  readonly places: ReadonlyMap<string, Place>
  /** What the pushes before this one have opened: no index knows of it. */
  readonly opened: ReadonlyMap<string, Readonly<SessionRow>>
}

/** What one push is decided on. */
export type Facts = Shared &
  CustomerFacts & {
    /** The rule that answers it. */
    readonly found: Found | null
    /** The ended session that it grades. */
    readonly graded: Readonly<Graded> | null
  }

/** The same of all pushes of a batch; only `carry` (take-pushes.ts) brings it up to date between two of them. */
export type BatchFacts = Shared & {
  /** By `customerOf` their push. */
  customers: Map<string, CustomerFacts>
  /** Customers whose rows somebody else holds. */
  busy: ReadonlySet<string>
  asked: Map<string, SessionRow>
  found: ReadonlyMap<Push, Found>
  people: Map<number, PersonRead>
  waitedIn: Set<string>
  opened: Map<string, SessionRow>
}

export function factsOf(batch: BatchFacts, push: NewPush): Facts {
  const known = batch.customers.get(customerOf(push))
  if (!known) throw new Error('a push without its customer')
  const { customer, open, visit } = known
  return {
    at: batch.at,
    ids: batch.ids,
    receptions: batch.receptions,
    people: batch.people,
    waitedIn: batch.waitedIn,
    places: batch.places,
    opened: batch.opened,
    customer,
    open,
    visit,
    found: batch.found.get(push) ?? null,
    graded: gradedBy(push, batch.asked, customer.wx_user_id),
  }
}

export const sceneKey = (accountId: string, scene: string) => `${accountId} ${scene}`
export const laneKey = (companyId: string, lane: string) => `${companyId} ${lane}`
export const placeKey = (push: Push, lane: string) => `${customerOf(push)} ${lane}`
