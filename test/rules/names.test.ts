// The names of lanes, actors, streams and lists are composed and parsed in one file each. Rows,
// Redis and clients of the API contain such names, so their spelling must not change: it is written
// here a second time, by hand.
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  agentActor,
  customerActor,
  jobActor,
  readActor,
  speakerActor,
} from '../../rules/session/actor.ts'
import {
  commonLane,
  groupLane,
  groupOf,
  isPrivate,
  privateLane,
  privateLanes,
  readLane,
} from '../../rules/session/lane.ts'
import { laneList, readList, waitingList } from '../../rules/session/queue-list.ts'
import {
  bell,
  laneStream,
  liveStream,
  personStream,
  readStream,
  sessionStream,
} from '../../rules/session/stream.ts'

/** For each composed name: its spelling, and the result of parsing it. */
const lanes = {
  [privateLane(7)]: ['user:7', { kind: 'user', uid: 7 }],
  [groupLane(3, 'a1')]: ['group:3:a1', { kind: 'group', groupId: 3, accountId: 'a1' }],
  [commonLane('a1')]: ['account:a1', { kind: 'account', accountId: 'a1' }],
}
const actors = {
  [agentActor(7)]: ['a:7', { kind: 'agent', uid: 7 }],
  [customerActor('f0')]: ['c:f0', { kind: 'customer', id: 'f0' }],
  [speakerActor('greeting')]: ['r:greeting', { kind: 'speaker', id: 'greeting' }],
  [jobActor('hand-on')]: ['job:hand-on', { kind: 'job', name: 'hand-on' }],
}
const streams = {
  [liveStream]: ['live', { kind: 'live' }],
  [personStream(7)]: ['user:7', { kind: 'person', uid: 7 }],
  [laneStream('group:3:a1')]: ['queue:group:3:a1', { kind: 'lane', lane: 'group:3:a1' }],
  [sessionStream('f0')]: ['session:f0', { kind: 'session', sessionId: 'f0' }],
}
const lists = {
  [laneList('user:7')]: ['queue:user:7', { kind: 'queue', lane: 'user:7' }],
  [waitingList(7)]: ['waiting:7', { kind: 'waiting', uid: 7 }],
}

for (const { what, made, read } of [
  { what: 'lane', made: lanes, read: readLane },
  { what: 'actor', made: actors, read: readActor },
  { what: 'stream', made: streams, read: readStream },
  { what: 'list of the queue', made: lists, read: readList },
]) {
  void test(`every kind of ${what} gets the name that stored rows already use, and the name can be parsed into what it was made from`, () => {
    assert.ok(Object.keys(made).length > 1)
    for (const [name, [spelt, meant]] of Object.entries(made)) {
      assert.equal(name, spelt)
      assert.deepEqual(read(name), meant)
    }
  })

  void test(`a text that is not the name of any ${what} is parsed as none, whatever it contains`, () => {
    const halves = Object.keys(made)
      .filter((name) => name.includes(':'))
      .flatMap((name) => [name.slice(0, name.indexOf(':') + 1), name.slice(0, name.indexOf(':'))])
    const odd = [
      '',
      ':',
      '::',
      ' ',
      'all',
      'customer',
      'x:1',
      'USER:7',
      'user:',
      'user:x',
      ...halves,
    ]
    for (const name of [...odd, 'user:-1', 'user:1.5', 'waiting:x', 'group:x:a1', 'a:x', '\n']) {
      assert.equal(read(name), null, JSON.stringify(name))
    }
    fc.assert(
      fc.property(fc.string(), (name) => {
        const kinds = Object.values(made).map(([, meant]) => (meant as { kind: string }).kind)
        assert.ok(read(name) === null || kinds.includes(read(name)?.kind ?? ''))
      }),
    )
  })
}

void test('names of lanes, actors and streams can be parsed into the ids they were made from, whatever these are', () => {
  const id = fc.string({ minLength: 1 })
  const plainId = fc.stringMatching(/^[^:]+$/)
  fc.assert(
    fc.property(fc.nat(), id, plainId, (number, any, plain) => {
      assert.deepEqual(readLane(privateLane(number)), { kind: 'user', uid: number })
      assert.equal(groupOf(groupLane(number, plain)), number)
      assert.deepEqual(readLane(commonLane(plain)), { kind: 'account', accountId: plain })
      assert.deepEqual(readActor(agentActor(number)), { kind: 'agent', uid: number })
      assert.deepEqual(readActor(customerActor(any)), { kind: 'customer', id: any })
      assert.deepEqual(readActor(speakerActor(any)), { kind: 'speaker', id: any })
      assert.deepEqual(readActor(jobActor(any)), { kind: 'job', name: any })
      for (const lane of [privateLane(number), groupLane(number, plain), commonLane(plain)]) {
        assert.deepEqual(readStream(laneStream(lane)), { kind: 'lane', lane })
        assert.deepEqual(readList(laneList(lane)), { kind: 'queue', lane })
        const isBetween = lane >= privateLanes.from && lane < privateLanes.to
        assert.equal(isBetween, isPrivate(lane), `${lane} in the range of private lanes`)
      }
    }),
  )
})

void test('parsing a missing name gives no lane, no group and no actor', () => {
  assert.deepEqual(
    [readLane(null), readActor(null), groupOf(null), isPrivate(null)],
    [null, null, null, false],
  )
})

void test('event streams with the same name in two companies have different topics on the event bus', () => {
  assert.equal(bell('c1', liveStream), 'c1 live')
  assert.notEqual(bell('c1', personStream(7)), bell('c2', personStream(7)))
})
