// SPDX-License-Identifier: MIT
//
// The scrubber of a report. Without it everything is shown; it hides what has not happened yet at
// the moment that is chosen, marks what happens then, and says which sockets there are. What it works
// on is described in runner/report_moments.c. It writes text only, never markup.
"use strict";
(() => {
	const $ = (id) => document.getElementById(id);
	const { moments, sockets, spans, words } = JSON.parse($("record").textContent);
	if (!moments.length)
		return;

	const slider = $("moment"), body = $("sockets").tBodies[0], cursor = $("cursor");
	const rows = [...document.querySelectorAll("#ladder [data-a]")];
	const states = [...document.querySelectorAll("[data-s]")];
	const end = moments.length - 1;

	const time = (ms) => ms < 100 ? ms.toFixed(ms < 10 ? 2 : 1) + " ms"
		: ms < 1000 ? ms.toFixed(1) + " ms"
		: ms < 60000 ? (ms / 1000).toFixed(3) + " s"
		: Math.floor(ms / 60000) + " min " + (ms % 60000 / 1000).toFixed(1) + " s";
	const wait = (ms) => ms < 1000 ? Math.round(ms) + " ms" : (ms / 1000).toFixed(1) + " s";
	const fill = (text, ...values) => text.replace(/%s/g, () => values.shift());

	function cell(row, text, name) {
		const td = row.insertCell();
		if (name) {
			const mark = document.createElement("span");
			mark.className = "state " + name;
			mark.textContent = text;
			td.append(mark);
		} else {
			td.textContent = text;
		}
		return td;
	}

	function showSockets(event, now) {
		body.replaceChildren();
		const there = spans.filter((s) => s[0] <= event && (s[1] < 0 || event < s[1]));
		there.sort((a, b) => a[2] - b[2]);
		for (const [, , socket, state, name, rq, wq, timer, due, tries, owned] of there) {
			const row = body.insertRow();
			cell(row, sockets[socket]);
			cell(row, state, name);
			cell(row, rq + " / " + wq);
			let last = timer ? fill(words.in, timer + (tries ? " " + tries : ""),
				wait(Math.max(0, due - now))) : "";
			if (!owned)
				last += (last ? ", " : "") + words.orphan;
			cell(row, last);
		}
		if (!there.length) {
			const td = cell(body.insertRow(), words.none);
			td.colSpan = 4;
		}
	}

	// A row is yet to come, on its way, or there; in the last moment all is there.
	function showRows(event, all) {
		let current = null;
		for (const row of rows) {
			const a = +row.dataset.a, b = +(row.dataset.b || a);
			row.classList.toggle("future", !all && a > event);
			row.classList.toggle("flying", !all && a <= event && event < b);
			const now = !all && (a === event || b === event);
			row.classList.toggle("now", now);
			if (now || (!all && a <= event && !current))
				current = now ? row : current;
		}
		for (const state of states)
			state.classList.toggle("future", !all && +state.dataset.s > event);
		return current;
	}

	function show(follow) {
		const at = +slider.value, all = at === end;
		const [event, now, x, caption, told] = moments[at];
		const current = showRows(event, all);
		showSockets(told, now);
		cursor.setAttribute("transform", "translate(" + x + " 0)");
		cursor.classList.toggle("there", !all);
		$("time").textContent = time(now);
		$("now").textContent = caption;
		slider.setAttribute("aria-valuetext", time(now) + ": " + caption);
		for (const [id, off] of [["first", at === 0], ["back", at === 0], ["next", all], ["last", all]])
			$(id).disabled = off;
		// In the middle of the window, unless the reader sees it anyway.
		if (follow && current) {
			const box = current.getBoundingClientRect();
			const top = matchMedia("(max-width: 1080px)").matches ? $("panel").offsetHeight + 8 : 8;
			if (box.top < top || box.bottom > innerHeight)
				scrollBy(0, box.top - Math.max(top, innerHeight / 2));
		}
	}

	function go(to) {
		slider.value = Math.min(end, Math.max(0, to));
		show(true);
	}

	slider.max = end;
	slider.value = end;
	slider.addEventListener("input", () => show(true));
	$("first").addEventListener("click", () => go(0));
	$("back").addEventListener("click", () => go(+slider.value - 1));
	$("next").addEventListener("click", () => go(+slider.value + 1));
	$("last").addEventListener("click", () => go(end));

	// A click on a row goes to the moment at which it began.
	for (const row of rows) {
		row.addEventListener("click", () => {
			const at = moments.findIndex((m) => m[0] === +row.dataset.a);
			if (at >= 0)
				go(at);
		});
	}

	// On paper all is shown, tables included.
	const folded = [...document.querySelectorAll("details")];
	let open = [];
	addEventListener("beforeprint", () => {
		open = folded.map((d) => d.open);
		for (const d of folded)
			d.open = true;
	});
	addEventListener("afterprint", () => folded.forEach((d, i) => { d.open = open[i]; }));

	$("panel").hidden = false;
	show(false);
})();
