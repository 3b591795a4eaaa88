-- WANT: this lab has no function run()
-- VERDICT: broken
-- BY: lua
-- SPDX-License-Identifier: MIT
hosts = { "client", "server" }

title = "Nothing to play"
