// The oracle answers what Go's own libraries make of a template: one JSON object a line in, one a line out.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"strconv"
	"strings"
	"text/template"
	"time"

	"keyhook.dev/oracle/functions"
)

// A request: a template, its name, its missingkey option, and data in the notation of decode.
type request struct {
	Template   []byte          `json:"template"`
	Name       string          `json:"name"`
	MissingKey string          `json:"missingKey"`
	Left       string          `json:"left"`
	Right      string          `json:"right"`
	Data       json.RawMessage `json:"data"`
}

type response struct {
	Output []byte `json:"output,omitempty"`
	Error  []byte `json:"error,omitempty"`
	Stage  string `json:"stage,omitempty"`
}

func main() {
	time.Local = time.UTC
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 0 {
			answer, _ := json.Marshal(answerTo(line))
			out.Write(answer)
			out.WriteByte('\n')
			out.Flush()
		}
		if err != nil {
			return
		}
	}
}

func answerTo(line []byte) (answer response) {
	var r request
	if err := json.Unmarshal(line, &r); err != nil {
		return response{Error: []byte(err.Error()), Stage: "request"}
	}
	defer func() {
		if p := recover(); p != nil {
			answer = response{Error: []byte(fmt.Sprint(p)), Stage: "panic"}
		}
	}()
	data, err := decode(r.Data)
	if err != nil {
		return response{Error: []byte(err.Error()), Stage: "data"}
	}
	t := template.New(r.Name).Funcs(functions.All).Delims(r.Left, r.Right)
	if r.MissingKey != "" {
		t = t.Option("missingkey=" + r.MissingKey)
	}
	if _, err := t.Parse(string(r.Template)); err != nil {
		return response{Error: []byte(err.Error()), Stage: "parse"}
	}
	var output limited
	if err := t.Execute(&output, data); err != nil {
		return response{Error: []byte(err.Error()), Stage: "execute"}
	}
	return response{Output: []byte(output.String())}
}

// limited refuses more output than any test wants.
type limited struct{ strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > 1<<22 {
		return 0, fmt.Errorf("too much output")
	}
	return l.Builder.Write(p)
}

// decode reads data: {"s": base64}, {"i": "1"}, {"i64": "1"}, {"f": "1.5"}, {"b": true}, null, {"l": [...]}, {"ls": [...]},
// {"m": {...}}, {"ms": {...}}; names of maps are base64.
func decode(raw json.RawMessage) (any, error) {
	if string(raw) == "null" || len(raw) == 0 {
		return nil, nil
	}
	var node map[string]json.RawMessage
	if err := json.Unmarshal(raw, &node); err != nil {
		return nil, err
	}
	for kind, value := range node {
		switch kind {
		case "s":
			var text []byte
			err := json.Unmarshal(value, &text)
			return string(text), err
		case "i", "i64":
			var text string
			if err := json.Unmarshal(value, &text); err != nil {
				return nil, err
			}
			n, _ := new(big.Int).SetString(text, 10)
			if kind == "i" {
				return int(n.Int64()), nil
			}
			return n.Int64(), nil
		case "f":
			var text string
			if err := json.Unmarshal(value, &text); err != nil {
				return nil, err
			}
			return strconv.ParseFloat(text, 64)
		case "b":
			var b bool
			err := json.Unmarshal(value, &b)
			return b, err
		case "l", "ls":
			return decodeList(kind, value)
		case "m", "ms":
			return decodeMap(kind, value)
		}
	}
	return nil, fmt.Errorf("unknown data")
}

func decodeList(kind string, raw json.RawMessage) (any, error) {
	var items []json.RawMessage
	if err := json.Unmarshal(raw, &items); err != nil {
		return nil, err
	}
	values := make([]any, len(items))
	texts := make([]string, len(items))
	for i, item := range items {
		value, err := decode(item)
		if err != nil {
			return nil, err
		}
		values[i] = value
		texts[i], _ = value.(string)
	}
	if kind == "ls" {
		return texts, nil
	}
	return values, nil
}

func decodeMap(kind string, raw json.RawMessage) (any, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, err
	}
	values := make(map[string]any, len(members))
	texts := make(map[string]string, len(members))
	for encoded, member := range members {
		name, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return nil, err
		}
		value, err := decode(member)
		if err != nil {
			return nil, err
		}
		values[string(name)] = value
		texts[string(name)], _ = value.(string)
	}
	if kind == "ms" {
		return texts, nil
	}
	return values, nil
}
