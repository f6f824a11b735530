module github.com/O/app

go 1.22

toolchain go1.22.5

require (
	github.com/a/b v1.2.3
	github.com/c/d/v2 v2.0.0+incompatible // indirect
	github.com/old/fork v1.0.0 // indirect; needed by a
	example.com/bad v0.9.0
	example.com/local v0.0.0
)

require golang.org/x/net v0.0.0-20200101000000-0123456789ab

exclude example.com/bad v0.9.0

replace (
	github.com/old/fork => github.com/new/fork v1.1.0
	example.com/local => ./local
)
