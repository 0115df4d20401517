// The facts on which pushes are decided. They are loaded before the first push of a batch is
// decided (load-facts.ts), with customers and sessions locked. Decisions never change them; what
// follows from a push is collected in its effects.
import type { PatchIn, ReceptionRow, SessionRow } from '../../../../entities/index.ts'
import type { Found } from '../../../../rules/auto-reply/keyword.ts'
import type { Ids } from '../../../ids.ts'
import type { KnownCustomer, VisitedCustomer } from '../../../ports.ts'
import type { PersonRead } from '../../queue/roster.ts'
import { gradedBy, type Graded } from './graded.ts'
import { customerOf, type NewPush, type Push } from './push.ts'

/**
 * Columns of a customer that a plain message does not change, but a tap, a scan or another event
 * does. They are loaded only for such pushes. `n` is the number of the newest row of their
 * trajectory.
 */
export type Visit = VisitedCustomer & { readonly n: number }

/**
 * A session together with the changes that its batch has made so far; they are written once, at the
 * end.
 */
export type BatchSession = {
  /**
   * The session as the pushes of the batch have left it so far; each change puts a new row here.
   */
  row: SessionRow
  /**
   * The session was opened by a push of this batch. The queue index does not know it, and its whole
   * row must be inserted.
   */
  isNew: boolean
  hasNewLines: boolean
  isReranked: boolean
  step: 'moved' | 'ended' | null
  /** The columns of the session that steps of this batch have changed; only these are written. */
  patch: PatchIn<'message_session'>
  /**
   * The list of the queue index in which the session was before the first step of this batch; null
   * if it was in none.
   */
  from: string | null
}

export const batchSession = (row: SessionRow, isNew = false): BatchSession => ({
  row,
  isNew,
  hasNewLines: false,
  isReranked: false,
  step: null,
  patch: {},
  from: null,
})

export type CustomerFacts = {
  readonly customer: KnownCustomer
  readonly open: Readonly<BatchSession> | null
  readonly visit: Visit | null
}

/** Receptions (QR codes) by which customers come. `byScene` is keyed by account and scene. */
export type Receptions = {
  byScene: ReadonlyMap<string, ReceptionRow>
  byId: ReadonlyMap<string, ReceptionRow>
}

/**
 * A place in the queue: how many wait before it, and when others left the lane, from which the
 * waiting time is estimated.
 */
export type PlaceInLane = { before: number; left: number[] }

type Shared = {
  readonly at: number
  readonly ids: Ids
  readonly receptions: Receptions
  /** The people to whom the pushes of this batch may give a session, with their load. */
  readonly people: ReadonlyMap<number, Readonly<PersonRead>>
  /**
   * Lanes in which somebody is waiting, each with its company. A new session must not overtake
   * them.
   */
  readonly waitedIn: ReadonlySet<string>
  /**
   * The places in the queue that customers are told, by customer and lane. They are loaded only if
   * the company tells customers their place.
   */
  readonly places: ReadonlyMap<string, PlaceInLane>
  /** Sessions that earlier pushes of this batch opened. The queue index does not know them yet. */
  readonly opened: ReadonlyMap<string, SessionRow>
}

/** All facts on which the decision about one push is based. */
export type Facts = Shared &
  CustomerFacts & {
    /** The rule that answers the push; null if none does. */
    readonly found: Found | null
    /**
     * The closed session that this push grades; null if the push is no tap on the satisfaction
     * question, or this customer was not asked about such a session.
     */
    readonly graded: Readonly<Graded> | null
  }

/**
 * The facts for all pushes of a batch. Between two pushes only `carry` (take-pushes.ts) updates
 * them.
 */
export type BatchFacts = Shared & {
  /**
   * The facts about each customer of the batch. The key identifies the customer and is computed
   * from a push by `customerOf`.
   */
  customers: Map<string, CustomerFacts>
  /**
   * Customers whose rows are locked by somebody else. Their pushes leave the batch and run alone.
   */
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
