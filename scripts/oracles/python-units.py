"""radon's, complexipy's or lizard's figures: `python-units.py TOOL ROOT`, paths on stdin, a JSON object a line out."""

import json
import pathlib
import sys

tool, root = sys.argv[1], pathlib.Path(sys.argv[2])


def write(**fields):
    print(json.dumps(fields))


def radon(path, text):
    from radon.visitors import ComplexityVisitor

    def functions(list_of):
        for function in list_of:
            write(path=path, line=function.lineno, name=function.name, cyclomatic=function.complexity)
            functions(function.closures)

    def classes(list_of):
        for one in list_of:
            functions(one.methods)
            classes(one.inner_classes)

    visitor = ComplexityVisitor.from_code(text)
    functions(visitor.functions)
    classes(visitor.classes)


def complexipy(path, text):
    import complexipy

    lines = text.split("\n")
    for function in complexipy.code_complexity(text).functions:
        # The line of the decorators, where there are some.
        line = function.line_start
        while line <= len(lines) and not lines[line - 1].lstrip().startswith(("def ", "async def ")):
            line += 1
        write(path=path, line=line, name=function.name, cognitive=function.complexity)


def lizard(path, _):
    import lizard

    for function in lizard.analyze_file(str(root / path)).function_list:
        write(path=path, line=function.start_line, name=function.name, end=function.end_line, cyclomatic=function.cyclomatic_complexity)


for name in sys.stdin.read().split("\n"):
    if name:
        try:
            {"radon": radon, "complexipy": complexipy, "lizard": lizard}[tool](name, (root / name).read_text("utf-8-sig"))
        except Exception as error:  # An oracle that fails on a file has no result for it.
            write(path=name, error=f"{type(error).__name__}: {error}".split("\n")[0])
