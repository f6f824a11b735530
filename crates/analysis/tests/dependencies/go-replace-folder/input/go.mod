module example.org/owner/demo/v2

go 1.22.1
toolchain go1.22.3

require(
	example.org/a v1.0.0
	example.org/b v1.2.0 // indirect; needed by a
	example.org/c/v3 v3.0.0+incompatible
	example.org/d v0.0.0-20240101000000-abcdefabcdef
)
require example.org/e v1.0.0
replace (
	example.org/a v1.0.0 => ./forks/a
	example.org/b => example.org/fork/b v1.2.1
	example.org/e v9.9.9 => example.org/fork/e v9.9.9
)
exclude example.org/d v0.0.1
retract (
	v2.0.0 // published by mistake
	[v2.1.0, v2.1.9]
)
tool example.org/tools/cmd/gen
ignore ./node_modules
godebug default=go1.21
