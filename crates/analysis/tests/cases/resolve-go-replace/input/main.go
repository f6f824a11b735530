package main

import (
	"github.com/a/b/inner"
	"github.com/other/tool"
	"github.com/other/else"
)

func main() { tool.Run(); inner.Go(); else_.X() }
