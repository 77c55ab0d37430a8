package main

import (
	"go/ast"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// A look-up that gjson's tests make, with its answer: the kind, and the text when there is a value.
type lookUp struct {
	From     string   `json:"from"`
	Document string   `json:"document"`
	Path     string   `json:"path"`
	Found    []string `json:"found"`
}

// gjsonTests takes every look-up whose document and path are constant, or follow from earlier look-ups: Get, GetMany and their
// like for bytes, the tests' own get, and Get on a result. Modifiers that the tests add themselves are not there.
func gjsonTests(path string) []any {
	file := read(path)
	globals := scope{}
	for _, declaration := range file.Decls {
		if general, ok := declaration.(*ast.GenDecl); ok {
			globals.declare(general)
		}
	}
	t := &gjsonTaker{seen: map[[2]string]bool{}, leftOut: map[string]int{}}
	for _, declaration := range file.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(function.Name.Name, "Test") {
			continue
		}
		t.from = function.Name.Name
		t.known = globals.copy()
		ast.Inspect(function.Body, t.visit)
	}
	head := map[string]any{"taken": len(t.taken), "leftOut": t.leftOut}
	return append([]any{head}, t.taken...)
}

type gjsonTaker struct {
	from    string
	known   scope
	seen    map[[2]string]bool
	taken   []any
	leftOut map[string]int
}

func (t *gjsonTaker) visit(node ast.Node) bool {
	switch node := node.(type) {
	case *ast.FuncLit, *ast.RangeStmt, *ast.ForStmt:
		// What a variable holds there is another value each time.
		t.countComputed(node)
		t.known.forget(node)
		return false
	case *ast.GenDecl:
		t.known.declare(node)
	case *ast.AssignStmt:
		for _, right := range node.Rhs {
			ast.Inspect(right, t.visit)
		}
		t.known.assign(node.Lhs, node.Rhs)
		return false
	case *ast.CallExpr:
		for _, asked := range lookUpsOf(node) {
			t.take(asked)
		}
	}
	return true
}

// lookUpsOf are the documents and paths that a call looks up, as expressions.
func lookUpsOf(call *ast.CallExpr) (asked [][2]ast.Expr) {
	switch called := call.Fun.(type) {
	case *ast.Ident:
		switch called.Name {
		case "Get", "get", "GetBytes", "GetMany", "GetManyBytes":
			for _, path := range call.Args[min(1, len(call.Args)):] {
				asked = append(asked, [2]ast.Expr{call.Args[0], path})
			}
		case "testEscapePath":
			asked = append(asked, [2]ast.Expr{call.Args[1], call.Args[2]})
		}
	case *ast.SelectorExpr:
		if called.Sel.Name == "Get" && len(call.Args) == 1 {
			asked = append(asked, [2]ast.Expr{called.X, call.Args[0]})
		}
	}
	return asked
}

func (t *gjsonTaker) take(asked [2]ast.Expr) {
	document, okDocument := t.known.document(asked[0])
	path, okPath := t.known.text(asked[1])
	key := [2]string{document, path}
	switch {
	case !okDocument || !okPath:
		t.leftOut["its document or path is computed"]++
	case !utf8.ValidString(document) || !utf8.ValidString(path):
		t.leftOut["its document or path is not UTF-8"]++
	case needsOwnModifier(path):
		t.leftOut["it needs a modifier that the test adds"]++
	case t.seen[key]:
		t.leftOut["it is there already"]++
	default:
		t.seen[key] = true
		found := gjson.Get(document, path)
		answer := []string{}
		if found.Exists() {
			answer = []string{strings.ToLower(found.Type.String()), found.String()}
		}
		t.taken = append(t.taken, lookUp{t.from, document, path, answer})
	}
}

func needsOwnModifier(path string) bool {
	for _, name := range []string{"@case", "@push", "@string"} {
		if strings.Contains(path, name) {
			return true
		}
	}
	return false
}

func (t *gjsonTaker) countComputed(node ast.Node) {
	ast.Inspect(node, func(node ast.Node) bool {
		if call, ok := node.(*ast.CallExpr); ok {
			if asked := lookUpsOf(call); len(asked) > 0 {
				t.leftOut["its document or path is computed"] += len(asked)
			}
		}
		return true
	})
}
