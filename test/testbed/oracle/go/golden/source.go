package main

import (
	"encoding/base64"
	"go/ast"
	"go/token"
	"strconv"
)

// text is a string that is written in the source, or put together of such.
func text(node ast.Expr, known map[string]string) (string, bool) {
	switch node := node.(type) {
	case *ast.BasicLit:
		content, err := strconv.Unquote(node.Value)
		return content, err == nil && node.Kind == token.STRING
	case *ast.BinaryExpr:
		left, okLeft := text(node.X, known)
		right, okRight := text(node.Y, known)
		return left + right, okLeft && okRight && node.Op == token.ADD
	case *ast.Ident:
		content, ok := known[node.Name]
		return content, ok
	}
	return "", false
}

// value is data that is written in the source, or known by a name, as far as JSON can express it.
func value(node ast.Expr, known map[string]any) (any, bool) {
	switch node := node.(type) {
	case *ast.Ident:
		constants := map[string]any{"nil": nil, "true": true, "false": false, "tVal": tVal}
		constant, ok := constants[node.Name]
		if !ok {
			constant, ok = known[node.Name]
		}
		return constant, ok
	case *ast.BasicLit:
		switch node.Kind {
		case token.INT:
			number, err := strconv.Atoi(node.Value)
			return number, err == nil
		case token.FLOAT:
			number, err := strconv.ParseFloat(node.Value, 64)
			return number, err == nil
		}
		return text(node, nil)
	case *ast.CompositeLit:
		return composite(node, known)
	}
	return nil, false
}

func composite(node *ast.CompositeLit, known map[string]any) (any, bool) {
	switch node.Type.(type) {
	case *ast.ArrayType:
		items := []any{}
		for _, element := range node.Elts {
			item, ok := value(element, known)
			if !ok {
				return nil, false
			}
			items = append(items, item)
		}
		return items, true
	case *ast.MapType:
		members := map[string]any{}
		for _, element := range node.Elts {
			pair, ok := element.(*ast.KeyValueExpr)
			if !ok {
				return nil, false
			}
			name, okName := text(pair.Key, nil)
			member, okMember := value(pair.Value, known)
			if !okName || !okMember {
				return nil, false
			}
			members[name] = member
		}
		return members, true
	}
	return nil, false
}

func reference(data any) any {
	if members, ok := data.(map[string]any); ok && len(members) == len(tVal) {
		return "tVal"
	}
	return encode(data)
}

// encode writes data in the notation that the oracle reads.
func encode(data any) any {
	switch data := data.(type) {
	case string:
		return map[string]any{"s": []byte(data)}
	case int:
		return map[string]any{"i": strconv.Itoa(data)}
	case float64:
		return map[string]any{"f": strconv.FormatFloat(data, 'g', -1, 64)}
	case bool:
		return map[string]any{"b": data}
	case []any:
		items := []any{}
		for _, item := range data {
			items = append(items, encode(item))
		}
		return map[string]any{"l": items}
	case map[string]any:
		members := map[string]any{}
		for name, member := range data {
			members[base64.StdEncoding.EncodeToString([]byte(name))] = encode(member)
		}
		return map[string]any{"m": members}
	}
	return nil
}
