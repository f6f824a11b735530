"""How often each operation was answered with which status, by whom: ends with 1 where one was never answered with 2xx.

    reached.py OPENAPI.json WHO=STATISTICS…
"""
import collections, json, sys

document = json.load(open(sys.argv[1]))
runs = dict(argument.split("=", 1) for argument in sys.argv[2:])
counts = {who: json.load(open(path)) for who, path in runs.items()}
calls, never = 0, []
print(f"{'answered with 2xx of all calls':34}" + "".join(f"{who:>14}" for who in runs) + "   other statuses")
for path in document["paths"].values():
    for operation in path.values():
        name, cells, others = operation["operationId"], [], collections.Counter()
        for who in runs:
            statuses = counts[who].get(name, {})
            well = sum(count for status, count in statuses.items() if status.startswith("2"))
            cells.append((well, sum(statuses.values())))
            others.update({status: count for status, count in statuses.items() if not status.startswith("2")})
        calls += sum(cell[1] for cell in cells)
        if not any(cell[0] for cell in cells):
            never.append(name)
        rest = " ".join(f"{status}:{count}" for status, count in sorted(others.items()))
        print(f"{name:34}" + "".join(f"{f'{well} of {all}':>14}" for well, all in cells) + f"   {rest}")
print(f"{calls:,} calls")
if never:
    sys.exit(f"never answered with 2xx: {', '.join(never)}")
