package main

import "C"

type shape interface{ area() int }
type square struct{}

func (square) area() int { return 1 }
func (square) lost() int { return 1 }

//export goCallback
func goCallback() {}

//go:linkname now runtime.now
func now() int64

func init() {}
func main() { var s shape = square{}; s.area(); viaTag() }
func helperOfTest() {}
func dead() {}
