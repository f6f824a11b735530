package main

import "example.com/app/sys"

func main() { sys.Do() }
