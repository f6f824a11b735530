module example.org/shop

go 1.24

require (
	github.com/a/used v1.0.0
	github.com/a/used-not v1.0.0
	github.com/a/major/v2 v2.1.0
	github.com/a/tested v1.0.0
	github.com/a/indirect v1.0.0 // indirect
	github.com/a/replaced v1.0.0
	github.com/a/tools v1.0.0
	github.com/a/blank v1.0.0
)

replace github.com/a/replaced => github.com/b/fork v1.1.0

tool github.com/a/tools/cmd/gen
