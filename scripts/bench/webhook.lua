-- Walks through a file of whole requests (see corpus.ts), counts what it sends and what is answered, and tells it at the end.
sent, fresh, wraps, ok, refused = 0, 0, 0, 0, 0
local file, held, heldKind
local threads = {}

function setup(thread) table.insert(threads, thread) end

function init(args) file = assert(io.open(args[1], 'rb')) end

local function take()
  local head = file:read(7)
  if not head then
    wraps = wraps + 1
    file:seek('set')
    head = file:read(7)
  end
  return file:read(tonumber(head:sub(1, 6))), head:sub(7)
end

local first = true
function request()
  -- wrk asks once to see what it will be given and does not send that one: it is kept and sent first
  if first then
    first = false
    held, heldKind = take()
    return held
  end
  local bytes, kind
  if held then
    bytes, kind, held = held, heldKind, nil
  else
    bytes, kind = take()
  end
  sent = sent + 1
  if kind == 'N' then fresh = fresh + 1 end
  return bytes
end

function response(status)
  if status == 200 then ok = ok + 1 else refused = refused + 1 end
end

function done(summary, latency)
  local thread = threads[1]
  local errors = summary.errors
  io.write(string.format(
    'BENCH {"sent":%d,"fresh":%d,"wraps":%d,"ok":%d,"refused":%d,"broken":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"max":%.3f}\n',
    thread:get('sent'), thread:get('fresh'), thread:get('wraps'), thread:get('ok'), thread:get('refused'),
    errors.connect + errors.read + errors.write + errors.timeout, summary.duration / 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
