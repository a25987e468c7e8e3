# Reads one JSON document and prints its leaves as "path<TAB>value": {"a":[{"b":1}]} gives "a.0.b<TAB>1".
# A newline inside a string stays written as \n, so that one leaf is one line.
{ text = text $0 "\n" }
END { at = 1; parse(""); }

function space() { while (substr(text, at, 1) ~ /[ \t\r\n]/) at++ }

function parse(path,   c, i, key, start) {
  space(); c = substr(text, at, 1)
  if (c == "{") {
    at++; space()
    while (at <= length(text) && substr(text, at, 1) != "}") {
      space(); key = string(); space(); at++
      parse(path == "" ? key : path "." key)
      space(); if (substr(text, at, 1) == ",") at++; space()
    }
    at++
  } else if (c == "[") {
    at++; space(); i = 0
    while (at <= length(text) && substr(text, at, 1) != "]") {
      parse(path == "" ? i : path "." i); i++
      space(); if (substr(text, at, 1) == ",") at++; space()
    }
    at++
  } else if (c == "\"") {
    print path "\t" string()
  } else {
    start = at
    while (at <= length(text) && substr(text, at, 1) !~ /[],} \t\r\n]/) at++
    if (at == start) { at++; return }
    print path "\t" substr(text, start, at - start)
  }
}

function string(   c, out, e) {
  at++; out = ""
  while (at <= length(text)) {
    c = substr(text, at++, 1)
    if (c == "\"") return out
    if (c != "\\") { out = out c; continue }
    e = substr(text, at++, 1)
    if (e == "n") out = out "\\n"
    else if (e == "t") out = out " "
    else if (e == "r" || e == "b" || e == "f") out = out
    else if (e == "u") { out = out unicode(substr(text, at, 4)); at += 4 }
    else out = out e
  }
  return out
}

# Letters of ASCII only: what json encoders escape in names and keys, such as < and &.
function unicode(hex,   i, n) {
  n = 0
  for (i = 1; i <= 4; i++) n = n * 16 + index("0123456789abcdef", tolower(substr(hex, i, 1))) - 1
  return n < 128 ? sprintf("%c", n) : "?"
}
