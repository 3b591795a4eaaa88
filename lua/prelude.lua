-- SPDX-License-Identifier: MIT
-- What a lab can name, and what it cannot and why. Called once for each lab with
-- Lua's own globals and the functions of the C side; gives back both tables.
local raw, api = ...
local type, next, error, getmetatable = raw.type, raw.next, raw.error, raw.getmetatable
local rawpairs, rawsetmetatable, rawget = raw.pairs, raw.setmetatable, raw.rawget
local sort = raw.table.sort

-- Nothing here opens a file, starts a program, loads code or sees the stack.
local allowed = {
	"assert", "error", "getmetatable", "ipairs", "next", "rawequal", "rawget", "rawlen",
	"rawset", "select", "tonumber", "tostring", "type", "string", "table", "math", "utf8",
	"_VERSION",
}

local absent = {
	os = "a lab runs on hosts of its own and must not see the machine; for time there are now() and sleep()",
	io = "a lab reads and writes sockets only; text is shown with step, note and value()",
	print = "text is shown with step, note and value()",
	warn = "text is shown with step, note and value()",
	debug = "it would reach around the sandbox",
	package = "a lab is one file",
	require = "a lab is one file",
	load = "a lab cannot make code while it runs",
	loadstring = "a lab cannot make code while it runs",
	loadfile = "a lab is one file",
	dofile = "a lab is one file",
	coroutine = "spawn() starts an actor, which is a coroutine that can wait",
	collectgarbage = "memory is looked after; sockets are closed with close() or <close>",
	_G = "a global is named as it is",
}

local globals = {}
for _, name in raw.ipairs(allowed) do
	globals[name] = raw[name]
end
for name, value in rawpairs(api) do
	globals[name] = value
end

-- Bytecode is never loaded, so nothing needs to make it. A random generator that
-- the lab could seed from nowhere would make two equal runs differ.
raw.string.dump = nil
raw.math.randomseed(1)
raw.math.randomseed = nil
getmetatable("").__metatable = "a string's own"

-- Lua orders a table's string keys by a seed that it draws at each start. A lab's
-- loops must not: numbers come first, then strings, each in ascending order, then the rest.
function globals.pairs(t)
	local mt = getmetatable(t)
	if type(t) ~= "table" or (type(mt) == "table" and mt.__pairs) then
		return rawpairs(t)
	end
	local numbers, strings, others = {}, {}, {}
	for k in next, t do
		local kind = type(k)
		local list = kind == "number" and numbers or kind == "string" and strings or others
		list[#list + 1] = k
	end
	sort(numbers)
	sort(strings)
	local lists, which, i = { numbers, strings, others }, 1, 0
	return function(table)
		while which <= 3 do
			i = i + 1
			local k = lists[which][i]
			if k == nil then
				which, i = which + 1, 0
			else
				local v = rawget(table, k)
				if v ~= nil then
					return k, v
				end
			end
		end
		return nil
	end, t, nil
end

-- Lua runs finalizers with hooks off, where no limit would end them; it only looks for
-- __gc at this moment.
function globals.setmetatable(t, mt)
	if type(mt) == "table" and rawget(mt, "__gc") ~= nil then
		error("__gc is not available in a lab; use a <close> variable", 2)
	end
	return rawsetmetatable(t, mt)
end

return globals, absent
