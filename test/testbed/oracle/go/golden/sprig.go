package main

import (
	"fmt"
	"go/ast"
	"path/filepath"
	"strings"
)

// sprigTests takes calls of runt and runtv, and maps of templates to results.
func sprigTests(path string) {
	from := "sprig " + strings.TrimSuffix(filepath.Base(path), ".go")
	for _, declaration := range read(path).Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(function.Name.Name, "Test") {
			continue
		}
		known := map[string]string{}
		data := map[string]any{}
		ast.Inspect(function, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.AssignStmt:
				for i, left := range node.Lhs {
					name, isName := left.(*ast.Ident)
					if !isName || i >= len(node.Rhs) {
						continue
					}
					delete(known, name.Name)
					delete(data, name.Name)
					if content, ok := text(node.Rhs[i], known); ok {
						known[name.Name] = content
					} else if content, ok := value(node.Rhs[i], data); ok {
						data[name.Name] = content
					}
				}
			case *ast.CompositeLit:
				mapOfTemplates(from, node)
			case *ast.CallExpr:
				call(from, node, known, data)
			}
			return true
		})
	}
}

func call(from string, node *ast.CallExpr, known map[string]string, knownData map[string]any) {
	name, ok := node.Fun.(*ast.Ident)
	if !ok || (name.Name != "runt" && name.Name != "runtv") {
		return
	}
	input, okInput := text(node.Args[0], known)
	output, okOutput := text(node.Args[1], known)
	var data any
	okData := true
	if name.Name == "runtv" {
		data, okData = value(node.Args[2], knownData)
	}
	switch {
	case !okInput || !okOutput:
		leftOut["the row is computed"]++
	case !okData:
		leftOut["its data is not JSON"]++
	default:
		add(from, input, data, output, true)
	}
}

func mapOfTemplates(from string, node *ast.CompositeLit) {
	kind, ok := node.Type.(*ast.MapType)
	if !ok || fmt.Sprint(kind.Key) != "string" || fmt.Sprint(kind.Value) != "string" {
		return
	}
	for _, element := range node.Elts {
		pair := element.(*ast.KeyValueExpr)
		input, okInput := text(pair.Key, nil)
		output, okOutput := text(pair.Value, nil)
		if okInput && okOutput && strings.Contains(input, "{{") {
			add(from, input, nil, output, true)
		}
	}
}
