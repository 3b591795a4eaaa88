#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""htmlcheck.py FILE...: is each a page as a report has to be?

Stricter than HTML: every element is closed in order, nothing but what we write is there, every id is
unique and every reference to one resolves. Nothing is loaded, no attribute runs or styles, and the
one style and the one script are those that the policy names by their hashes. Below 300 KB.
"""
import base64
import hashlib
import html.parser
import json
import re
import sys

LIMIT = 300 * 1000
VOID = {"meta", "input", "br", "hr", "link"}
SVG = {"svg", "title", "desc", "defs", "pattern", "g", "path", "rect", "circle", "text"}
ALLOWED = VOID | SVG | {
    "html", "head", "style", "body", "a", "header", "nav", "h1", "h2", "h3", "h4", "p", "span", "b", "em", "strong",
    "code", "pre", "dl", "div", "dt", "dd", "main", "section", "ul", "ol", "li", "blockquote", "figure",
    "figcaption", "aside", "label", "button", "output", "table", "thead", "tbody", "tr", "th", "td", "details",
    "summary", "footer", "script"}
HREF = re.compile(r"#[\w-]+|https?://.*|mailto:.*|[a-z0-9.-]+\.html|")


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.stack, self.ids, self.wanted, self.policy = [], set(), set(), ""
        self.inline, self.wrong, self.doctype, self.text = [], [], False, ""

    def say(self, what):
        self.wrong.append(f"line {self.getpos()[0]}: {what}")

    def handle_decl(self, decl):
        self.doctype = decl.lower() == "doctype html" and not self.stack

    def handle_comment(self, data):
        self.say(f"a comment: {data[:60]}")

    def unknown_decl(self, data):
        self.say(f"a declaration: {data[:60]}")

    def handle_pi(self, data):
        self.say(f"a processing instruction: {data[:60]}")

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        if tag not in ALLOWED:
            self.say(f"element {tag}")
        if tag in SVG - {"title", "svg"} and "svg" not in self.stack:
            self.say(f"{tag} outside of a picture")
        if len(set(names)) != len(names):
            self.say("an attribute twice")
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "src", "srcset", "xlink:href", "action", "target"):
                self.say(f"attribute {name}")
            if name == "href" and not HREF.fullmatch(value or ""):
                self.say(f"a link to {value}")
            if name == "href" and value.startswith("#"):
                self.wanted.add(value[1:])
            if name in ("for", "aria-labelledby", "aria-describedby"):
                self.wanted.update(value.split())
            if name in ("fill", "stroke") and value and value.startswith("url("):
                self.wanted.add(value[5:-1])
            if name == "id" and value in self.ids:
                self.say(f"id {value} twice")
            if name == "id":
                self.ids.add(value)
        attrs = dict(attrs)
        if attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]
        if tag in ("style", "script"):
            self.inline.append((tag, attrs.get("type"), ""))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        if "svg" not in self.stack and tag not in VOID:
            self.say(f"<{tag}/>")
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.stack.pop()

    def handle_endtag(self, tag):
        if not self.stack or self.stack[-1] != tag:
            self.say(f"</{tag}> in {self.stack[-3:]}")
        else:
            self.stack.pop()

    def handle_data(self, data):
        self.text += data
        if self.stack and self.stack[-1] in ("style", "script"):
            kind, what, text = self.inline[-1]
            self.inline[-1] = (kind, what, text + data)

    def end(self):
        if self.stack:
            self.say(f"not closed: {self.stack}")
        if not self.doctype:
            self.say("no doctype in front")
        for lost in self.wanted - self.ids:
            self.say(f"nothing has the id {lost}")
        if not self.policy.startswith("default-src 'none';"):
            self.say(f"the policy is {self.policy}")
        for kind, what, text in self.inline:
            source = "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
            if what == "application/json":
                json.loads(text)
            elif source not in self.policy:
                self.say(f"the policy forbids the {kind}: it has {source}")
        if "unsafe" in self.policy or self.policy.count("'sha256-") != 2:
            self.say(f"the policy allows more: {self.policy}")
        if len([1 for kind, what, _ in self.inline if what is None]) > 2:
            self.say("more than one style and one script")


def main():
    failed = False
    for name in sys.argv[1:]:
        with open(name, "rb") as file:
            raw = file.read()
        page = Page()
        text = raw.decode("utf-8")
        page.feed(text)
        page.close()
        page.end()
        if len(raw) > LIMIT:
            page.say(f"{len(raw)} bytes")
        strange = re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", text)
        if strange:
            page.say(f"a control character: {strange.group()!r}")
        for what in page.wrong[:20]:
            print(f"{name}: {what}")
        failed = failed or bool(page.wrong)
    sys.exit(failed)


main()
