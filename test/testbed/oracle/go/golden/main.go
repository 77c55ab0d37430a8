// Golden makes rows of test/golden from what Go's libraries test themselves with: templates and data of text/template's tables and of
// sprig's tests (test/golden/template/go.jsonl), documents and paths of gjson's tests (test/golden/gjson/go.jsonl), and what Go answers.
// A template's row is taken when Go, with ESO's functions and data that JSON can express, answers what its table says; each row that
// is left out is counted under a reason. Usage: go run ./golden
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"text/template"
	"time"

	"keyhook.dev/oracle/functions"
)

type row struct {
	From     string `json:"from"`
	Template string `json:"template"`
	Left     string `json:"left,omitempty"`
	Right    string `json:"right,omitempty"`
	// Data is "tVal", or in the notation of the oracle.
	Data   any    `json:"data,omitempty"`
	Output string `json:"output,omitempty"`
	Error  string `json:"error,omitempty"`
	Stage  string `json:"stage,omitempty"`
}

var rows []row
var leftOut = map[string]int{}

var complexNumber = regexp.MustCompile(`[0-9]i\b`)

// tVal stands for the struct of the same name in exec_test.go, as far as JSON can express it.
var tVal = map[string]any{
	"True": true, "I": 17, "X": "x", "S": "xyz", "U": map[string]any{"V": "v"},
	"SI": []any{3, 4, 5}, "SIEmpty": []any{}, "SB": []any{true, false},
	"MSI": map[string]any{"one": 1, "two": 2, "three": 3}, "MSIone": map[string]any{"one": 1}, "MSIEmpty": map[string]any{},
	"SMSI":   []any{map[string]any{"one": 1, "two": 2}, map[string]any{"eleven": 11, "twelve": 12}},
	"Empty0": nil, "Empty1": 3, "Empty2": "empty2", "Empty3": []any{7, 8},
	"Str": "foo", "PI": 23, "PS": "a string", "PSI": []any{21, 22, 23},
}

func main() {
	time.Local = time.UTC
	source := filepath.Join(runtime.GOROOT(), "src", "text", "template")
	execTable(filepath.Join(source, "exec_test.go"))
	parseTables(filepath.Join(source, "parse", "parse_test.go"))
	furtherTables(source)
	files, _ := filepath.Glob(filepath.Join(moduleFolder("github.com/Masterminds/sprig/v3"), "*_test.go"))
	for _, file := range files {
		sprigTests(file)
	}
	lines := []any{map[string]any{"taken": len(rows), "leftOut": leftOut, "tVal": encode(tVal)}}
	for _, row := range rows {
		lines = append(lines, row)
	}
	write("template/go.jsonl", lines)
	write("gjson/go.jsonl", gjsonTests(filepath.Join(moduleFolder("github.com/tidwall/gjson"), "gjson_test.go")))
}

func moduleFolder(module string) string {
	folder, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		panic(err)
	}
	return strings.TrimSpace(string(folder))
}

// write puts a line for each value into a file of test/golden; the first one counts, and is printed too.
func write(name string, lines []any) {
	var out strings.Builder
	for _, one := range lines {
		out.WriteString(line(one) + "\n")
	}
	if err := os.WriteFile(filepath.Join("..", "..", "..", "golden", name), []byte(out.String()), 0o644); err != nil {
		panic(err)
	}
	head := lines[0].(map[string]any)
	fmt.Println(name, head["taken"], "taken, left out:", line(head["leftOut"]))
}

func line(value any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	return strings.TrimSpace(out.String())
}

func read(file string) *ast.File {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		panic(err)
	}
	return parsed
}

// table finds the composite literal of a package variable.
func table(file *ast.File, name string) []ast.Expr {
	var found []ast.Expr
	ast.Inspect(file, func(node ast.Node) bool {
		if spec, ok := node.(*ast.ValueSpec); ok && spec.Names[0].Name == name && len(spec.Values) == 1 {
			found = spec.Values[0].(*ast.CompositeLit).Elts
		}
		return true
	})
	return found
}

func execTable(path string) {
	for _, element := range table(read(path), "execTests") {
		fields := element.(*ast.CompositeLit).Elts
		input, okInput := text(fields[1], nil)
		output, okOutput := text(fields[2], nil)
		data, okData := value(fields[3], nil)
		switch {
		case !okInput || !okOutput:
			leftOut["the row is computed"]++
		case !okData:
			leftOut["its data is not JSON"]++
		default:
			add("text/template exec_test", input, data, output, fields[4].(*ast.Ident).Name == "true")
		}
	}
}

func parseTables(path string) {
	file := read(path)
	for _, element := range table(file, "parseTests") {
		fields := element.(*ast.CompositeLit).Elts
		if input, ok := text(fields[1], nil); ok {
			addParse("text/template parse_test", input, fields[2].(*ast.Ident).Name == "noError")
		} else {
			leftOut["the row is computed"]++
		}
	}
	for _, element := range table(file, "errorTests") {
		if input, ok := text(element.(*ast.CompositeLit).Elts[1], nil); ok {
			addParse("text/template parse_test", input, false)
		} else {
			leftOut["the row is computed"]++
		}
	}
}

func add(from, input string, data any, output string, ok bool) {
	first, stage, err := run(input, data)
	second, _, _ := run(input, data)
	switch {
	case stage == "parse" && strings.Contains(err.Error(), "not defined"):
		leftOut["it calls a function that ESO's templates do not have"]++
	case complexNumber.MatchString(input):
		leftOut["it has complex numbers, which are refused"]++
	case first != second:
		leftOut["its result is random"]++
	case (err == nil) != ok || (ok && first != output):
		leftOut["it needs a type, method or function of the test itself"]++
	case err != nil:
		rows = append(rows, row{From: from, Template: input, Data: reference(data), Error: err.Error(), Stage: stage})
	default:
		rows = append(rows, row{From: from, Template: input, Data: reference(data), Output: first, Stage: "executed"})
	}
}

func addParse(from, input string, ok bool) {
	_, err := template.New("t").Funcs(functions.All).Parse(input)
	switch {
	case complexNumber.MatchString(input):
		leftOut["it has complex numbers, which are refused"]++
	case err != nil && strings.Contains(err.Error(), "function"):
		leftOut["it calls a function that ESO's templates do not have"]++
	case (err == nil) != ok:
		leftOut["it needs a type, method or function of the test itself"]++
	case err != nil:
		rows = append(rows, row{From: from, Template: input, Error: err.Error(), Stage: "parse"})
	default:
		rows = append(rows, row{From: from, Template: input, Stage: "parsed"})
	}
}

func run(input string, data any) (output, stage string, err error) {
	t, err := template.New("t").Funcs(functions.All).Parse(input)
	if err != nil {
		return "", "parse", err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, data); err != nil {
		return "", "execute", err
	}
	return out.String(), "", nil
}
