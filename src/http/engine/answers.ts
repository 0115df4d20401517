// The types that routes may name as their successful answer. The type of a route's handler is
// derived from that, and the OpenAPI document uses the schema of the same name.
import type * as wire from 'kefu-wire'

export type WireTypes = {
  Account: wire.Account
  AuditEntry: wire.AuditEntry
  ChangedUser: wire.ChangedUser
  ClosedSessions: wire.ClosedSessions
  Colleague: wire.Colleague
  Company: wire.Company
  Customer: wire.Customer
  DismissedQuestions: wire.DismissedQuestions
  Done: wire.Done
  ExportedRules: wire.ExportedRules
  Group: wire.Group
  Identities: wire.Identities
  ImportedRules: wire.ImportedRules
  Job: wire.Job
  JobRun: wire.JobRun
  LedgerEntry: wire.LedgerEntry
  Me: wire.Me
  Message: wire.Message
  OneMessage: wire.OneMessage
  OpenapiDocument: wire.OpenapiDocument
  Platform: wire.Platform
  QuickReply: wire.QuickReply
  QuickReplyGroup: wire.QuickReplyGroup
  Reception: wire.Reception
  Reclaimed: wire.Reclaimed
  ReclaimSoon: wire.ReclaimSoon
  RefusedPush: wire.RefusedPush
  RefusedPushes: wire.RefusedPushes
  RemovedGroup: wire.RemovedGroup
  Replay: wire.Replay
  Rule: wire.Rule
  RuleConflicts: wire.RuleConflicts
  SelfCheck: wire.SelfCheck
  Session: wire.Session
  Settings: wire.Settings
  SignIn: wire.SignIn
  StoredFile: wire.StoredFile
  TrajectoryStep: wire.TrajectoryStep
  TriedRules: wire.TriedRules
  UndoneReclaims: wire.UndoneReclaims
  UnmatchedQuestion: wire.UnmatchedQuestion
  User: wire.User
  WatchedSession: wire.WatchedSession
}
export type WireName = keyof WireTypes

export type Answers =
  WireName | PageOf<WireName> | OrNothing<WireName> | OrTable<WireName> | 'file' | 'redirect'
type PageOf<One extends WireName> = { page: One }
/**
 * The answer of a route that returns this type, or 204 without a body if there is nothing to
 * return.
 */
type OrNothing<One extends WireName> = { orNothing: One }
/**
 * The answer of a route that returns this type as JSON, or as a CSV table if the caller asks for
 * one.
 */
type OrTable<One extends WireName> = { orTable: One }

export const pageOf = <One extends WireName>(page: One): PageOf<One> => ({ page })
export const orNothing = <One extends WireName>(one: One): OrNothing<One> => ({ orNothing: one })
export const orTable = <One extends WireName>(one: One): OrTable<One> => ({ orTable: one })

/** What the handler of a route must return, derived from the answers that the route declares. */
export type Given<A extends Answers> = { headers?: Record<string, string> } & BodyOf<A>

type BodyOf<A extends Answers> = A extends WireName
  ? { body: WireTypes[A] }
  : A extends PageOf<infer One>
    ? { body: wire.Page<WireTypes[One]> }
    : A extends OrNothing<infer One>
      ? { body?: WireTypes[One] }
      : A extends OrTable<infer One>
        ? { body: WireTypes[One] } | { text: string }
        : A extends 'file'
          ? { file: string }
          : { headers: { Location: string } }
