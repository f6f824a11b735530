package main

import (
	"example.com/app/internal/store"
	"example.com/lib/text"
)

func main() { text.Up(store.Name) }
