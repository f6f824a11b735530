module a

go 1.20
