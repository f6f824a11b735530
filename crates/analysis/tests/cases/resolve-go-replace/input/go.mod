module example.com/app

go 1.22

require github.com/other/tool v1.2.3

replace github.com/other/tool => ./third/tool

replace (
	github.com/a/b v1.0.0 => ./third/b
)
