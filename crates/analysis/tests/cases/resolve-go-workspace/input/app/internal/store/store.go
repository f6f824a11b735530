package store

var Name = "a"
