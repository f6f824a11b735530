//go:build linux

package main

func viaTag() { onlyHere() }
func onlyHere() {}
