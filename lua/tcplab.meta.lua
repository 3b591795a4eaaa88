---@meta
-- SPDX-License-Identifier: MIT
-- For editors with the Lua language server: every name that a lab can use.
-- The reference is docs/writing-a-lab.md.

---@alias Text string|{ [1]: string, zh?: string }
---@alias Duration string|integer "50ms", or nanoseconds
---@alias State "LISTEN"|"SYN-SENT"|"SYN-RECV"|"ESTAB"|"FIN-WAIT-1"|"FIN-WAIT-2"|"CLOSE-WAIT"|"CLOSING"|"LAST-ACK"|"TIME-WAIT"|"CLOSED"|string
---@alias Range integer|{ min?: integer, max?: integer }

---Losses by Gilbert and Elliott.
---@class Burst
---@field p number|string from good to bad
---@field r number|string back
---@field good? number|string loss in the good state, 0
---@field bad? number|string loss in the bad state, 1

---@class Impairment
---@field delay? Duration one way
---@field loss? number|string 0 to 1, or "1%"
---@field jitter? Duration at most the delay
---@field distribution? "uniform"|"normal"|"pareto" of the jitter
---@field burst? Burst|false losses that come together
---@field duplicate? number|string
---@field reorder? number|string probability of not waiting for the delay
---@field gap? integer reorder is for each so many-th packet
---@field corrupt? number|string probability of a flipped bit
---@field rate? string|integer "10mbit", or bits per second
---@field limit? integer packets under way at most

---@class Link: Impairment
---@field toward? table<string, Impairment>

---@class CounterRun
---@field name Text
---@field set? table<string, string|number> ["HOST.sysctl"] = value
---@field param? table<string, string|number|boolean>
---@field fails string[]

---@type Text
title = nil
---@type Text
summary = nil
---@type string[]
hosts = nil
---@type Link
link = nil
---@type string
lesson = nil
---@type Duration
limit = nil
---@type Duration
length = nil
---@type Duration
full_length = nil
---@type boolean the full form is to be played
full = false
---@type boolean its clock skips what would only be waiting, and stands still while code runs
virtual_clock = false
---@type string[]
needs = nil
---@type boolean the lab has a use for --server
takes_server = nil
---@type { [integer]: string, cwd: string, env: table<string, string> }|false the command of --server
own_server = nil
---@type table<string, table<string, string|number>>
sysctl = nil
---@type CounterRun[]
counter_runs = nil

---@class ParamOptions
---@field min? string|number
---@field max? string|number
---@field help? Text
---@field oneof? string[]

---Something that a learner can turn. A duration comes back as nanoseconds.
---@param name string
---@param default integer|number|boolean|string|{ oneof: string[] }
---@param options? ParamOptions
---@return any
function param(name, default, options) end

---Is the kernel that the lab plays on of this version or newer?
---@param version string "6.5"
---@return boolean
function since(version) end

---A sysctl of the whole kernel: on lab kernels only.
---@param name string
---@param v? string|number
---@return string|number|nil
function kernel_sysctl(name, v) end

---@param text Text
function step(text) end

---@param text Text
function note(text) end

---@class Prediction
---@field [1] string the question
---@field zh? string
---@field options Text[] 2 to 9
---@field answer integer which of them is right, from 1
---@field why Text

---@param question Prediction
function predict(question) end

---@param name string
---@param v string|number|boolean
---@param unit? string
function value(name, v, unit) end

---@param duration Duration
function sleep(duration) end

---@return integer ns since the run began
function now() end

---@return integer ns since the run began; :at() counts from here
function mark() end

---@param fn function
---@return Actor
function spawn(fn, ...) end

---@param subject any a host, a socket, or any value
---@param what? string what the value is
---@return Expectation
function expect(subject, what) end

---@class Actor
local Actor = {}
---@return any ... what its function returned, or nil, "crashed"
function Actor:join() end

---@class ListenOptions
---@field backlog? integer
---@field family? 4|6
---@field addr? string
---@field reuse? boolean
---@field set? table<string, any>

---@class ConnectOptions
---@field wait? boolean
---@field timeout? Duration
---@field family? 4|6
---@field port? integer of this end
---@field addr? string of this end
---@field reuse? boolean
---@field set? table<string, any>

---@class PacketMatch
---@field flags? string letters of SFRPAUEC
---@field dir? "in"|"out"
---@field len? integer
---@field port? integer
---@field nth? integer
---@field rtx? boolean

---@class Packet
---@field t integer
---@field dir "in"|"out"
---@field flags string
---@field seq integer
---@field ack? integer
---@field len integer
---@field window integer
---@field ttl integer
---@field sport integer
---@field dport integer
---@field rtx boolean
---@field mss? integer
---@field wscale? integer
---@field sackok boolean
---@field tsval? integer
---@field tsecr? integer
---@field raw_seq integer as on the wire: random
---@field raw_ack? integer as on the wire: random

---@class Host
---@field name string
---@field addr string
---@field addr6 string
---@field link HostLink
local Host = {}
---@param port integer
---@param options? ListenOptions
---@return Socket|nil, string?, string?
function Host:listen(port, options) end
---@param target Host|string
---@param port integer
---@param options? ConnectOptions
---@return Socket|nil, string?, string?
function Host:connect(target, port, options) end
---@class BurstOptions
---@field count integer rounds
---@field listener? Socket where they are accepted
---@field first? integer bind to this port first, then to the next …
---@field close? "client"|"server"|"none" who closes first
---@field timeout? Duration
---@field family? 4|6

---Very many connections, without a turn of the engine between.
---@param target Host|string
---@param port integer
---@param options BurstOptions
---@return integer, string?, string? rounds that are complete, and why not all
function Host:burst(target, port, options) end
---The process that an actor plays dies.
---@param actor Actor
function Host:crash(actor) end
---Setting gives nothing, and leaves alone what the user has set with --set.
---@param name string
---@param v? string|number
---@return string|number|nil
function Host:sysctl(name, v) end
---@param name string
---@return integer
function Host:counter(name) end
---@param filter? { state?: State|State[], port?: integer }
---@return table[]
function Host:sockets(filter) end
---@param match? PacketMatch
---@return Packet|nil
function Host:packet(match) end
---A program of the machine and its arguments, with env = { NAME = value } and cwd.
---@param command { [integer]: string, env?: table<string, string|number>, cwd?: string }
---@return Program|nil, string?, string?
function Host:exec(command) end
---A power cut: from now on nothing leaves or reaches it, and nobody is told.
function Host:vanish() end

---@class HostLink the way to and from a host; host:link { delay = "1s" } changes the way to it
---@overload fun(host: Host, impairment: Impairment)
local HostLink = {}
---Pull the cable out: what is sent is lost, both ways, and neither end notices.
function HostLink:down() end
function HostLink:up() end

---@class NamedPackets
---@field from? Host
---@field to? Host
---@field flags? string
---@field port? integer
---@field len? integer
---@field data? boolean
---@field rtx? boolean
---@field conn? Socket
---@field nth? integer
---@field count? integer

---@class Duplicate: NamedPackets
---@field after? Duration
---@field copies? integer

---@class Delay: NamedPackets
---@field by Duration

---@class MadeUp
---@field to Host
---@field from? Host|string
---@field conn? Socket
---@field sport? integer
---@field dport? integer
---@field flags string
---@field seq? integer
---@field ack? integer
---@field win? integer
---@field ttl? integer
---@field data? string
---@field tsval? integer
---@field tsecr? integer
---@field mss? integer
---@field wscale? integer
---@field sackok? boolean

---@class Network
local Network = {}
---@param packets NamedPackets
---@return Rule
function Network:drop(packets) end
---@param packets NamedPackets
---@return Rule
function Network:hold(packets) end
---@param packets Duplicate
---@return Rule
function Network:duplicate(packets) end
---@param packets Delay
---@return Rule
function Network:delay(packets) end
---@param segment MadeUp
function Network:inject(segment) end
---@param flood { to: Host, port: integer, count?: integer, rate?: integer, from?: string, duration?: Duration }
---@return Flood
function Network:flood(flood) end

---@class Flood
---@field sent integer SYNs so far
local Flood = {}
---@return integer SYNs
function Flood:join() end
---@return integer SYNs
function Flood:stop() end

---@type Network the network between the hosts
net = nil

---@class Rule
local Rule = {}
---@return integer how many segments it has matched
function Rule:seen() end
---@return integer on how many it has acted
function Rule:acted() end
---@return integer how many it holds
function Rule:held() end
---It acts no more.
function Rule:off() end
---What it holds goes on its way, and it is over.
---@param options? { order?: "reverse" }
function Rule:release(options) end

---@class Program
---@field host Host
local Program = {}
---@param options? { timeout?: Duration }
---@return integer|nil, string?, string? its exit status
function Program:wait(options) end
---@param signal? string "TERM"
---@return true|nil, string?, string?
function Program:kill(signal) end
---@param port? integer any when not given
---@param options? { timeout?: Duration }
---@return true|integer|nil, string?, string? with any, the port
function Program:listening(port, options) end

---@class Socket
---@field port integer
---@field peer_port integer
---@field host Host
---@field closed boolean
local Socket = {}
---@param options? { timeout?: Duration }
---@return Socket|nil, string?, string?
function Socket:accept(options) end
---@param options? { timeout?: Duration }
---@return true|nil, string?, string?
function Socket:connected(options) end
---@param n? integer|"a"
---@param options? { timeout?: Duration }
---@return string|nil, string?, string?
function Socket:read(n, options) end
---@param data string
---@param options? { wait?: boolean, timeout?: Duration }
---@return integer|nil, string?, string?
function Socket:write(data, options) end
---@param which "read"|"write"|"both"|"rd"|"wr"|"rdwr"
---@return true|nil, string?, string?
function Socket:shutdown(which) end
---@return true|nil
function Socket:close() end
---@param name string
---@param v any
---@return true|nil, string?, string?
function Socket:set(name, v) end
---@param name string
---@return any
function Socket:get(name) end
---@return string|nil
function Socket:error() end
---@return table|nil, string?, string?
function Socket:info() end
---@param match? PacketMatch
---@return Packet|nil
function Socket:packet(match) end

---@class Expectation
local Expectation = {}
---@param s State|State[]
---@param options? { port?: integer }
---@return Expectation
function Expectation:state(s, options) end
---@param s State|State[]
---@param options? { port?: integer }
---@return Expectation
function Expectation:was(s, options) end
---@param s State|State[]
---@param n Range
---@param options? { port?: integer }
---@return Expectation
function Expectation:count(s, n, options) end
---@param match PacketMatch
---@return Expectation
function Expectation:packet(match) end
---@param name? string as in the record: "host unreachable"; nil: any ICMP error about TCP
---@param options? { dir?: "in"|"out", nth?: integer, port?: integer }
---@return Expectation
function Expectation:icmp(name, options) end
---@param name string
---@param n Range
---@return Expectation
function Expectation:counter(name, n) end
---@param v any
---@return Expectation
function Expectation:is(v) end
---@param low number
---@param high number
---@return Expectation
function Expectation:between(low, high) end
---@param v number|Duration
---@param tolerance? number|Duration
---@return Expectation
function Expectation:about(v, tolerance) end
---@param d Duration
---@return Expectation
function Expectation:within(d) end
---@param d Duration
---@return Expectation
function Expectation:at(d) end
---@param d Duration
---@return Expectation
function Expectation:hold(d) end
---@param name string
---@return Expectation
function Expectation:as(name) end
