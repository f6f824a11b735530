module example.com/app/v2

go 1.22
