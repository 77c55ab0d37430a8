package main

import (
	"go/ast"
	"go/token"

	"github.com/tidwall/gjson"
)

// A scope knows what variables hold: strings, or results of look-ups.
type scope map[string]any

func (s scope) copy() scope {
	other := scope{}
	for name, value := range s {
		other[name] = value
	}
	return other
}

func (s scope) declare(general *ast.GenDecl) {
	for _, spec := range general.Specs {
		if values, ok := spec.(*ast.ValueSpec); ok {
			names := make([]ast.Expr, len(values.Names))
			for i, name := range values.Names {
				names[i] = name
			}
			s.assign(names, values.Values)
		}
	}
}

func (s scope) assign(left, right []ast.Expr) {
	for i, target := range left {
		name, ok := target.(*ast.Ident)
		if !ok {
			continue
		}
		delete(s, name.Name)
		if len(left) != len(right) {
			continue
		}
		if content, ok := s.text(right[i]); ok {
			s[name.Name] = content
		} else if result, ok := s.result(right[i]); ok {
			s[name.Name] = result
		}
	}
}

// forget drops what a body assigns to.
func (s scope) forget(node ast.Node) {
	ast.Inspect(node, func(node ast.Node) bool {
		if assignment, ok := node.(*ast.AssignStmt); ok {
			for _, target := range assignment.Lhs {
				if name, ok := target.(*ast.Ident); ok {
					delete(s, name.Name)
				}
			}
		}
		return true
	})
}

// document is a text, or the raw text of a result.
func (s scope) document(node ast.Expr) (string, bool) {
	if content, ok := s.text(node); ok {
		return content, true
	}
	result, ok := s.result(node)
	return result.Raw, ok
}

func (s scope) text(node ast.Expr) (string, bool) {
	switch node := node.(type) {
	case *ast.BinaryExpr:
		left, okLeft := s.text(node.X)
		right, okRight := s.text(node.Y)
		return left + right, okLeft && okRight && node.Op == token.ADD
	case *ast.Ident:
		content, ok := s[node.Name].(string)
		return content, ok
	case *ast.SelectorExpr:
		result, ok := s.result(node.X)
		switch node.Sel.Name {
		case "Raw":
			return result.Raw, ok
		case "Str":
			return result.Str, ok
		}
	case *ast.CallExpr:
		return s.called(node)
	}
	return text(node, nil)
}

// called is the text that a call makes: a conversion, an escape, a result as a text.
func (s scope) called(call *ast.CallExpr) (string, bool) {
	switch called := call.Fun.(type) {
	case *ast.SelectorExpr:
		if called.Sel.Name == "String" {
			result, ok := s.result(called.X)
			return result.String(), ok
		}
	case *ast.ArrayType:
		return s.text(call.Args[0])
	case *ast.Ident:
		if called.Name == "Escape" {
			content, ok := s.text(call.Args[0])
			return gjson.Escape(content), ok
		}
	}
	return "", false
}

func (s scope) result(node ast.Expr) (gjson.Result, bool) {
	if name, ok := node.(*ast.Ident); ok {
		result, ok := s[name.Name].(gjson.Result)
		return result, ok
	}
	call, ok := node.(*ast.CallExpr)
	if !ok {
		return gjson.Result{}, false
	}
	if name, ok := call.Fun.(*ast.Ident); ok && name.Name == "Parse" && len(call.Args) == 1 {
		content, ok := s.text(call.Args[0])
		return gjson.Parse(content), ok
	}
	asked := lookUpsOf(call)
	if len(asked) != 1 {
		return gjson.Result{}, false
	}
	document, okDocument := s.document(asked[0][0])
	path, okPath := s.text(asked[0][1])
	return gjson.Get(document, path), okDocument && okPath
}
