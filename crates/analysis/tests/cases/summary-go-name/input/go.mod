module github.com/example/tool/v2

go 1.22
