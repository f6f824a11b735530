package main

import (
	"fmt"

	_ "github.com/a/blank"
	major "github.com/a/major/v2/part"
	"github.com/a/replaced"
	"github.com/a/used/inner"
)

func main() { fmt.Println(major.A, replaced.A, inner.A) }
