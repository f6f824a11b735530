module github.com/a/b
