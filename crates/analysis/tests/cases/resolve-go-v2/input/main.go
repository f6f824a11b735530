package main

import "example.com/app/v2/a"

func main() { a.X() }
