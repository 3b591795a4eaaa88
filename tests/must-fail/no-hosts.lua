-- WANT: this lab has no hosts
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT

function run(client, server)
end
