package main

import (
	"go/ast"
	"path/filepath"
	"strings"
	"text/template"

	"keyhook.dev/oracle/functions"
)

// cmpData stands for the struct of TestComparison, as far as JSON can express it: no pointers, no unsigned integers.
var cmpData = map[string]any{
	"Uthree": 3, "Ufour": 4, "NegOne": -1, "Three": 3, "NonNilMap": map[string]any{"a": 1}, "NilPtr": nil, "NilIface": nil,
}

// furtherTables takes what text/template tests besides its two large tables.
func furtherTables(folder string) {
	for _, fields := range rowsOf(filepath.Join(folder, "exec_test.go"), "cmpTests") {
		expression, _ := text(fields[0], nil)
		truth, _ := text(fields[1], nil)
		input := "{{if " + expression + "}}true{{else}}false{{end}}"
		add("text/template exec_test", input, cmpData, truth, isTrue(fields[2]))
	}

	multi := filepath.Join(folder, "multi_test.go")
	for _, fields := range rowsOf(multi, "multiParseTests") {
		input, _ := text(fields[1], nil)
		addParse("text/template multi_test", input, fields[2].(*ast.Ident).Name == "noError")
	}
	defined := constantOf(multi, "multiText1") + constantOf(multi, "multiText2")
	defined = strings.NewReplacer("\n", "", "\t", "").Replace(defined)
	for _, fields := range rowsOf(multi, "multiExecTests") {
		input, _ := text(fields[1], nil)
		output, _ := text(fields[2], nil)
		data, _ := value(fields[3], nil)
		add("text/template multi_test", defined+input, data, output, isTrue(fields[4]))
	}

	parsed := filepath.Join(folder, "parse", "parse_test.go")
	for _, fields := range rowsOf(parsed, "numberTests") {
		if input, ok := text(fields[0], nil); ok {
			addAnswered("text/template number", row{Template: "{{" + input + "}}"})
		}
	}
	for _, fields := range rowsOf(parsed, "isEmptyTests") {
		input, _ := text(fields[1], nil)
		addParse("text/template parse_test", input, true)
	}

	lexed := filepath.Join(folder, "parse", "lex_test.go")
	known := map[string]string{"raw": constantOf(lexed, "raw"), "rawNL": constantOf(lexed, "rawNL")}
	for _, table := range []struct{ name, left, right string }{{"lexTests", "", ""}, {"lexPosTests", "", ""}, {"lexDelimTests", "$$", "@@"}} {
		for _, fields := range rowsOf(lexed, table.name) {
			if input, ok := text(fields[1], known); ok {
				addAnswered("text/template lex_test", row{Template: input, Left: table.left, Right: table.right})
			} else {
				leftOut["the row is computed"]++
			}
		}
	}
}

// addAnswered takes a row whose table says nothing that a template's result could be compared with: Go's answer is what counts.
func addAnswered(from string, asked row) {
	asked.From = from
	t, err := template.New("t").Delims(asked.Left, asked.Right).Funcs(functions.All).Parse(asked.Template)
	var out strings.Builder
	switch {
	case complexNumber.MatchString(asked.Template):
		leftOut["it has complex numbers, which are refused"]++
		return
	case err != nil:
		asked.Stage, asked.Error = "parse", err.Error()
	default:
		if err = t.Execute(&out, nil); err != nil {
			asked.Stage, asked.Error = "execute", err.Error()
		} else {
			asked.Stage, asked.Output = "executed", out.String()
		}
	}
	rows = append(rows, asked)
}

// rowsOf are the rows of a table, each as its fields; a field's name is dropped.
func rowsOf(path, name string) (found [][]ast.Expr) {
	for _, element := range table(read(path), name) {
		fields := []ast.Expr{}
		for _, field := range element.(*ast.CompositeLit).Elts {
			if named, ok := field.(*ast.KeyValueExpr); ok {
				field = named.Value
			}
			fields = append(fields, field)
		}
		found = append(found, fields)
	}
	return found
}

// constantOf is the text of a constant, or of a variable that is never changed.
func constantOf(path, name string) (found string) {
	ast.Inspect(read(path), func(node ast.Node) bool {
		if spec, ok := node.(*ast.ValueSpec); ok && len(spec.Values) > 0 {
			for index, each := range spec.Names {
				if each.Name == name {
					found, _ = text(spec.Values[index], nil)
				}
			}
		}
		return true
	})
	return found
}

func isTrue(field ast.Expr) bool { return field.(*ast.Ident).Name == "true" }
