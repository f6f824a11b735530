module example.com/lib // the library

go 1.22
