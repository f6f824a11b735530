module github.com/fork/tool
