-- WANT: the name of a lesson is of a-z
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

lesson = "../../etc/passwd"
function run(client, server)
end
