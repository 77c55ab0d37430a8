package main

import (
	"fmt"
	"strings"
	"text/template"

	"keyhook.dev/oracle/functions"
)

// templateQuestion: the template, its missingkey option, its delimiters, and the data.
func templateQuestion(asked arguments) answer {
	text, missingKey := asked.text(0), asked.text(1)
	t := template.New("t").Funcs(mentioned(text)).Delims(asked.text(2), asked.text(3))
	switch missingKey {
	case "default", "zero", "error":
		t = t.Option("missingkey=" + missingKey)
	default:
		return answer{"request", "missingkey"}
	}
	if _, err := t.Parse(text); err != nil {
		return failure("parse", err)
	}
	var output limited
	if err := t.Execute(&output, asked[4]); err != nil {
		return failure("execute", err)
	}
	return answer{text: output.String()}
}

// mentioned are the functions whose names stand in the template: to give it all takes longer than to execute it.
func mentioned(text string) template.FuncMap {
	found := template.FuncMap{}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		if function, ok := functions.All[word]; ok {
			found[word] = function
		}
	}
	return found
}

// limited refuses more output than any test wants.
type limited struct{ strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > 1<<22 {
		return 0, fmt.Errorf("too much output")
	}
	return l.Builder.Write(p)
}
