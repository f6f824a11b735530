"""Lines of code, comments and blanks by Python's `tokenize`: `line-tokens.py ROOT`, paths on stdin."""

import json
import pathlib
import sys
import tokenize

root = pathlib.Path(sys.argv[1])
NOTHING = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER}
for path in sys.stdin.read().splitlines():
    lines = {}
    try:
        with (root / path).open("rb") as text:
            for token in tokenize.tokenize(text.readline):
                if token.type not in NOTHING:
                    kind = 1 if token.type == tokenize.COMMENT else 2
                    for line in range(token.start[0], token.end[0] + 1):
                        lines[line] = max(kind, lines.get(line, 0))
        total = len((root / path).read_bytes().decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n"))
    except (SyntaxError, tokenize.TokenError, UnicodeDecodeError) as error:
        print(json.dumps({"path": path, "error": str(error)}))
        continue
    kinds = list(lines.values())
    code, comments = kinds.count(2), kinds.count(1)
    empty = (root / path).stat().st_size == 0
    print(json.dumps({"path": path, "code": code, "comments": comments, "blanks": 0 if empty else total - code - comments}))
