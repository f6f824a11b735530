module gounits

go 1.21
