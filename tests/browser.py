#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""browser.py FOLDER: what reports do in a real browser.

FOLDER has run.html, a report of a run with several sockets, and attack.html, one of a record whose
every text is markup. Headless Chromium is driven by ChromeDriver over plain WebDriver (W3C), with nothing
but Python's own library. Prints a line for each check that fails, then "N passed, M failed". Nothing is
fetched: pages are files, and Chromium is started without what makes it call home.
"""
import base64
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
         "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
         "--allow-file-access-from-files", "--window-size=1400,900"]
KEY = {"Left": "\ue012", "Right": "\ue014", "Home": "\ue011", "End": "\ue010", "PageDown": "\ue00f"}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Browser:
    def __init__(self, area):
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True,
                                       stderr=subprocess.DEVNULL, start_new_session=True)
        port = None
        for line in self.driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                port = found.group(1)
                break
        if not port:
            raise RuntimeError("ChromeDriver did not start")
        self.base = f"http://127.0.0.1:{port}/session"
        options = {"args": FLAGS + [f"--user-data-dir={area}/profile"]}
        made = self.ask("POST", "", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.base += "/" + made["sessionId"]

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.base + path, method=method, headers={"Content-Type": "application/json"},
                                         data=None if body is None else json.dumps(body).encode())
        # not through a proxy that the environment may name
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.read()[:400]}") from error

    def load(self, file):
        self.ask("POST", "/url", {"url": "file://" + os.path.abspath(file)})

    def run(self, script, *args):
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(args)})

    def find(self, selector):
        return self.ask("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def keys(self, selector, *names):
        self.ask("POST", f"/element/{self.find(selector)}/value", {"text": "".join(KEY[name] for name in names)})

    def click(self, selector):
        self.ask("POST", f"/element/{self.find(selector)}/click", {})

    def press_at(self, x, y):
        pointer = [{"type": "pointerMove", "x": int(x), "y": int(y)}, {"type": "pointerDown", "button": 0},
                   {"type": "pointerUp", "button": 0}]
        self.ask("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "actions": pointer}]})

    def media(self, scheme="", media=""):
        features = [{"name": "prefers-color-scheme", "value": scheme}] if scheme else []
        self.ask("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia",
                                               "params": {"media": media, "features": features}})

    def size(self, width, height):
        self.ask("POST", "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}})

    def complaints(self):
        return self.ask("POST", "/se/log", {"type": "browser"})

    def end(self):
        try:
            self.ask("DELETE", "")
        finally:
            os.killpg(self.driver.pid, signal.SIGTERM)
            self.driver.wait()


# What a reader sees of the moment: the slider, the time, faded and moving rows, the table, the lanes' line.
STATE = """
const rows = (what) => document.querySelectorAll('#ladder ' + what).length;
return { value: +document.getElementById('moment').value, max: +document.getElementById('moment').max,
         time: document.getElementById('time').textContent, now: document.getElementById('now').textContent,
         future: rows('.r.future'), flying: rows('.r.flying'), marked: rows('.r.now'), rows: rows('.r'),
         sockets: [...document.querySelectorAll('#sockets tbody tr')].map((r) => r.textContent),
         cursor: document.getElementById('cursor').getAttribute('transform'),
         line: getComputedStyle(document.getElementById('cursor')).visibility };
"""

# Contrast (WCAG 2) of every text in sight against the nearest ground; the lowest, and where.
CONTRAST = """
const rgb = (c) => (c.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
const light = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const ground = (e) => {
    for (; e; e = e.parentElement) {
        const pill = e.tagName === 'g' && e.querySelector(':scope > rect');
        const c = rgb(pill ? getComputedStyle(pill).fill : getComputedStyle(e).backgroundColor);
        if (c.length === 3 || c[3] > 0) return c;
    }
    return [255, 255, 255];
};
let worst = [99, ''];
for (const e of document.querySelectorAll('h1,h2,p,td,th,dt,dd,li,a,code,summary,figcaption,.badge,.state,svg text')) {
    if (!e.textContent.trim() || !e.getClientRects().length) continue;
    const svg = e.namespaceURI.endsWith('svg'), a = light(rgb(getComputedStyle(e)[svg ? 'fill' : 'color']));
    const b = light(ground(e)), contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (contrast < worst[0])
        worst = [contrast, e.tagName + '.' + (e.getAttribute('class') || '') + ': ' + e.textContent.slice(0, 40)];
}
return worst;
"""

passed = failed = 0


def holds(what, is_so, seen=""):
    global passed, failed
    if is_so:
        passed += 1
    else:
        failed += 1
        print(f"FAILED: {what}" + (f": {seen}" if seen != "" else ""))


def quiet(b, what):
    lines = [line["message"] for line in b.complaints()]
    holds(f"{what}: nothing on the console", not lines, lines)


def scrub(b):
    whole = b.run(STATE)
    holds("at first all is there", whole["future"] == 0 and whole["value"] == whole["max"] > 10, whole)
    holds("and no line in the lanes", whole["line"] == "hidden", whole)
    b.keys("#moment", "Home")
    first = b.run(STATE)
    holds("Home: the beginning", first["value"] == 0 and first["future"] > first["rows"] / 2, first)
    holds("Home: other sockets", first["sockets"] != whole["sockets"], first["sockets"])
    holds("Home: the lanes' line", first["line"] == "visible" and first["cursor"] != whole["cursor"], first)
    seen = [first]
    for _ in range(6):
        b.keys("#moment", "Right")
        seen.append(b.run(STATE))
    holds("Right: one event each", [s["value"] for s in seen] == list(range(7)), seen)
    holds("Right: rows come", seen[-1]["future"] < seen[0]["future"], [s["future"] for s in seen])
    holds("Right: the table changes", len({str(s["sockets"]) for s in seen}) > 2, [s["sockets"] for s in seen])
    holds("Right: a row is on its way", any(s["flying"] for s in seen), [s["flying"] for s in seen])
    holds("Right: a row is marked", any(s["marked"] for s in seen), [s["marked"] for s in seen])
    holds("Right: it says what happens", len({s["now"] for s in seen}) == 7, [s["now"] for s in seen])
    captions = b.run("return JSON.parse(document.getElementById('record').textContent).moments.map((m) => m[3])")
    holds("a socket that goes into another state is not closed", "client #1: ESTAB" in captions and
          len([c for c in captions if c.startswith("client") and "CLOSED" in c]) == 1, captions)
    b.keys("#moment", "Left")
    holds("Left: back again", b.run(STATE) == seen[-2], b.run(STATE))
    b.keys("#moment", "End")
    holds("End: all is there", b.run(STATE) == whole, b.run(STATE))

    box = b.run("document.getElementById('moment').scrollIntoView({block: 'center'});"
                "const r = document.getElementById('moment').getBoundingClientRect();"
                "return [r.left, r.top, r.width, r.height]")
    b.press_at(box[0] + box[2] * .5, box[1] + box[3] / 2)
    middle = b.run(STATE)
    holds("the mouse moves it", 0 < middle["value"] < middle["max"], middle)
    holds("the mouse moves the ladder", 0 < middle["future"] < first["future"], middle)
    holds("the mouse moves the table", middle["sockets"] not in (first["sockets"], whole["sockets"]), middle["sockets"])
    b.click("#back")
    holds("a button goes back", b.run(STATE)["value"] == middle["value"] - 1)
    b.click("#next")
    holds("a button goes on", b.run(STATE) == middle)
    b.click("#first")
    holds("a button goes to the beginning", b.run(STATE)["value"] == 0)
    holds("and is off there", b.run("return document.getElementById('back').disabled"))
    b.click("#ladder .seg:not(.future) text.w, #ladder .seg text.w")
    holds("a click on a row goes there", b.run(STATE)["value"] > 0)
    b.click("#last")
    holds("a button goes to the end", b.run(STATE) == whole)


def look(b):
    grounds = []
    for scheme in ("light", "dark"):
        b.media(scheme)
        grounds.append(b.run("return getComputedStyle(document.body).backgroundColor"))
        contrast, where = b.run(CONTRAST)
        holds(f"{scheme}: text can be read", contrast >= 4.5, f"{contrast:.2f} of {where}")
    holds("dark is another ground", grounds[0] != grounds[1], grounds)
    b.media()
    for width in (1400, 1000, 700, 360):
        b.size(width, 900)
        wide = b.run("return document.documentElement.scrollWidth")
        holds(f"at {width} nothing sticks out", wide <= width, wide)
    b.size(1400, 900)


PRINTED = """
const there = (s) => [...document.querySelectorAll(s)].every((e) => getComputedStyle(e).display !== 'none');
return { panel: getComputedStyle(document.getElementById('panel')).display,
         faded: [...document.querySelectorAll('#ladder .r')].filter((r) => getComputedStyle(r).opacity < 1).length,
         rows: document.querySelectorAll('#ladder .r').length, pictures: there('svg'), tables: there('table') };
"""


def paper(b):
    b.keys("#moment", "Home")
    b.media("dark", "print")
    seen = b.run(PRINTED)
    holds("on paper: no slider", seen["panel"] == "none", seen)
    holds("on paper: every row, whatever the moment", seen["rows"] > 5 and seen["faded"] == 0, seen)
    holds("on paper: pictures and tables", seen["pictures"] and seen["tables"], seen)
    holds("on paper: white", b.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)")
    b.media()
    b.run("window.opened = 0; addEventListener('beforeprint', () => "
          "{ opened = [...document.querySelectorAll('details')].filter((d) => d.open).length; });")
    pdf = base64.b64decode(b.ask("POST", "/print", {"shrinkToFit": True}))
    pages = max(map(int, re.findall(rb"/Count (\d+)", pdf)), default=0)
    holds("it prints on some pages", pdf.startswith(b"%PDF") and 2 <= pages <= 20, pages)
    holds("it prints the tables", b.run("return opened") == b.run("return document.querySelectorAll('details').length") >= 2 and
          b.run("return document.querySelectorAll('details[open]').length") == 0)


def closed(b, folder):
    """The policy: what is not ours does not run, and a violation would have been seen on the console."""
    b.load(os.path.join(folder, "attack.html"))
    quiet(b, "an attack")
    holds("an attack: nothing ran", b.run("return window.attacked === undefined && document.images.length === 0"))
    b.keys("#moment", "Home", "Right", "Right")
    holds("an attack: it is text in the table too", b.run("return !document.querySelector('#sockets img, #now img')"))
    quiet(b, "an attack, moved")
    b.run("const s = document.createElement('script'); s.textContent = 'window.attacked = 1'; document.body.append(s);")
    holds("a script of somebody else's does not run", b.run("return window.attacked === undefined"))
    holds("and that is told", any("Content Security Policy" in line["message"] for line in b.complaints()))


def main():
    folder = sys.argv[1]
    b = Browser(folder)
    try:
        b.load(os.path.join(folder, "run.html"))
        quiet(b, "a report")
        scrub(b)
        look(b)
        paper(b)
        quiet(b, "a report, moved and printed")
        holds("nothing was loaded", b.run("return performance.getEntriesByType('resource').length") == 0)
        closed(b, folder)
    finally:
        b.end()
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
