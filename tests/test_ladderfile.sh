#!/bin/sh
# SPDX-License-Identifier: MIT
#
# `tcplab ladder`: every sample record in every format and language. SVG has to be well-formed XML
# and to carry nothing that runs; Mermaid one statement a line, of the few kinds that we write.
. "$(dirname "$0")/checks.sh"

well_formed() { # FILE
	python3 - "$1" <<'END'
import sys
import xml.etree.ElementTree as tree
SVG = "{http://www.w3.org/2000/svg}"
root = tree.parse(sys.argv[1]).getroot()
if root.tag != SVG + "svg":
    sys.exit(f"it begins with {root.tag}")
names = {element.tag.replace(SVG, "") for element in root.iter()}
strange = names - {"svg", "title", "desc", "style", "defs", "pattern", "g", "path", "rect", "circle", "text"}
if strange:
    sys.exit(f"elements: {strange}")
for element in root.iter():
    for name in element.attrib:
        if name.lower().startswith("on") or "href" in name:
            sys.exit(f"attribute {name}")
for wanted in ("title", "desc"):
    if not root.find(SVG + wanted).text:
        sys.exit(f"no {wanted}")
END
}
statements() { # FILE
	python3 - "$1" <<'END'
import re, sys
lines = open(sys.argv[1], encoding="utf-8").read().split("\n")
text = r"(?:[^;#%<>{}\"]|#\d+;)*"
good = re.compile(rf"    (?:participant h\d+ as {text}|Note (?:over h\d+(?:,h\d+)?|(?:left|right) of h\d+): {text}"
                  rf"|h\d+(?:-?->>|-?-x|-?-\))h\d+: {text})")
if lines[0] != "sequenceDiagram" or lines[-1]:
    sys.exit("the first or the last line")
for line in lines[1:-1]:
    if not good.fullmatch(line):
        sys.exit(line)
END
}

for record in "$top"/tests/records/*.jsonl; do
	id=$(basename "$record" .jsonl)
	case $id in
	broken | cut | hostile) want=2 ;;
	cookies | loss) want=1 ;;
	skip) want=3 ;;
	*) want=0 ;;
	esac
	for lang in en zh; do
		ends $want "$id: text" "$lab" ladder "$record" --lang $lang
		ends $want "$id: svg" "$lab" ladder "$record" --lang $lang --format svg -o "$area/$id.svg"
		holds "$id: well-formed, and nothing runs" well_formed "$area/$id.svg"
		ends $want "$id: mermaid" "$lab" ladder "$record" --lang $lang --format mermaid
		cp "$out" "$area/$id.mmd"
		holds "$id: statements" statements "$area/$id.mmd"
	done
done

ends 0 "a lab is run" "$lab" ladder handshake --param delay=3ms --format mermaid
says 'ms SYN, ACK seq 0 ack 1'
ends 0 "text" "$lab" ladder "$top/tests/records/handshake.jsonl"
says '──── SYN seq 0 win 64240 ─'
silent 'PASS'
ends 2 "of a run" "$lab" run handshake --format svg
one_message 'format'
ends 2 "of a ladder" "$lab" ladder handshake --format tap
one_message 'format'
ends 2 "nothing" "$lab" ladder
one_message 'one lab or record'
ends 2 "no such" "$lab" ladder ./no-such.jsonl
one_message 'no-such.jsonl'
ends 2 "cannot be written" "$lab" ladder "$top/tests/records/handshake.jsonl" --format svg -o /no/such/folder.svg
one_message '/no/such/folder.svg'

finish
