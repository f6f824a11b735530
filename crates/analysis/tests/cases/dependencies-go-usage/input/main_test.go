package main

import "github.com/a/tested"

var _ = tested.A
