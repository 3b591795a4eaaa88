-- WANT: title contains a direction override (U+202E
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

title = "Hello \u{202e}nimda"
function run(client, server)
end
