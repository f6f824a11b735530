// The rules of gocyclo and of gocognit 1.2 on go/ast, for their modules cannot be had from a package registry.
// Paths on stdin, a JSON object a line out.
package main

import (
	"bufio"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
)

type unit struct {
	Path       string `json:"path"`
	Line       int    `json:"line"`
	Name       string `json:"name"`
	Cyclomatic int    `json:"cyclomatic"`
	Cognitive  *int   `json:"cognitive,omitempty"`
	Error      string `json:"error,omitempty"`
}

func main() {
	root := os.Args[1]
	out := json.NewEncoder(os.Stdout)
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, filepath.Join(root, in.Text()), nil, 0)
		if err != nil {
			out.Encode(unit{Path: in.Text(), Error: err.Error()})
			continue
		}
		add := func(name *ast.Ident, node ast.Node, declared *ast.FuncDecl) {
			found := unit{Path: in.Text(), Line: files.Position(name.Pos()).Line, Name: name.Name, Cyclomatic: cyclomatic(node)}
			if declared != nil {
				cost := cognitive(declared)
				found.Cognitive = &cost
			}
			out.Encode(found)
		}
		for _, declaration := range file.Decls {
			switch it := declaration.(type) {
			case *ast.FuncDecl:
				if it.Body != nil {
					add(it.Name, it, it)
				}
			case *ast.GenDecl:
				for _, spec := range it.Specs {
					values, ok := spec.(*ast.ValueSpec)
					if !ok {
						continue
					}
					for _, value := range values.Values {
						if function, ok := value.(*ast.FuncLit); ok {
							add(values.Names[0], function, nil)
						}
					}
				}
			}
		}
	}
}

func cyclomatic(node ast.Node) int {
	count := 1
	ast.Inspect(node, func(node ast.Node) bool {
		switch it := node.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
			count++
		case *ast.CaseClause:
			if it.List != nil {
				count++
			}
		case *ast.CommClause:
			if it.Comm != nil {
				count++
			}
		case *ast.BinaryExpr:
			if it.Op == token.LAND || it.Op == token.LOR {
				count++
			}
		}
		return true
	})
	return count
}

// counter walks one function; depth is the nesting.
type counter struct {
	name        *ast.Ident
	cost, depth int
	links       map[*ast.IfStmt]bool
	counted     map[ast.Expr]bool
}

func cognitive(function *ast.FuncDecl) int {
	c := &counter{name: function.Name, links: map[*ast.IfStmt]bool{}, counted: map[ast.Expr]bool{}}
	ast.Walk(c, function)
	return c.cost
}

func (c *counter) walk(nodes ...ast.Node) {
	for _, node := range nodes {
		ast.Walk(c, node)
	}
}

func (c *counter) deeper(node ast.Node) {
	c.depth++
	ast.Walk(c, node)
	c.depth--
}

func (c *counter) Visit(node ast.Node) ast.Visitor {
	switch it := node.(type) {
	case *ast.IfStmt:
		c.cost++
		if !c.links[it] {
			c.cost += c.depth
		}
		if it.Init != nil {
			c.walk(it.Init)
		}
		c.walk(it.Cond)
		c.deeper(it.Body)
		switch other := it.Else.(type) {
		case *ast.BlockStmt:
			// gocognit's own: the contents of an `else` are no deeper than the `if`.
			c.cost++
			c.walk(other)
		case *ast.IfStmt:
			c.links[other] = true
			c.walk(other)
		}
		return nil
	case *ast.SwitchStmt:
		c.cost += 1 + c.depth
		if it.Init != nil {
			c.walk(it.Init)
		}
		if it.Tag != nil {
			c.walk(it.Tag)
		}
		c.deeper(it.Body)
		return nil
	case *ast.TypeSwitchStmt:
		c.cost += 1 + c.depth
		if it.Init != nil {
			c.walk(it.Init)
		}
		c.walk(it.Assign)
		c.deeper(it.Body)
		return nil
	case *ast.SelectStmt:
		c.cost += 1 + c.depth
		c.deeper(it.Body)
		return nil
	case *ast.ForStmt:
		c.cost += 1 + c.depth
		if it.Init != nil {
			c.walk(it.Init)
		}
		if it.Cond != nil {
			c.walk(it.Cond)
		}
		if it.Post != nil {
			c.walk(it.Post)
		}
		c.deeper(it.Body)
		return nil
	case *ast.RangeStmt:
		c.cost += 1 + c.depth
		c.walk(it.X)
		c.deeper(it.Body)
		return nil
	case *ast.FuncLit:
		c.deeper(it.Body)
		return nil
	case *ast.BranchStmt:
		if it.Label != nil {
			c.cost++
		}
	case *ast.BinaryExpr:
		if logical(it.Op) && !c.counted[it] {
			last := token.ILLEGAL
			for _, operator := range c.operators(it) {
				if operator != last {
					c.cost++
					last = operator
				}
			}
		}
	case *ast.CallExpr:
		if called, ok := it.Fun.(*ast.Ident); ok && called.Obj == c.name.Obj && called.Name == c.name.Name {
			c.cost++
		}
	}
	return c
}

func logical(operator token.Token) bool { return operator == token.LAND || operator == token.LOR }

// operators lists the logical ones from left to right; parentheses end a sequence.
func (c *counter) operators(expression ast.Expr) []token.Token {
	c.counted[expression] = true
	it, ok := expression.(*ast.BinaryExpr)
	if !ok {
		return nil
	}
	found := c.operators(it.X)
	if logical(it.Op) {
		found = append(found, it.Op)
	}
	return append(found, c.operators(it.Y)...)
}
