-- WANT: note contains a control character (byte 27
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

function run(client, server)
	note "\27]0;title\7"
end
