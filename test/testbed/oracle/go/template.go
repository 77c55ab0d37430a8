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
	t := template.New("t").Funcs(functions.Mentioned(text)).Delims(asked.text(2), asked.text(3))
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

// limited refuses more output than any test wants.
type limited struct{ strings.Builder }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > 1<<22 {
		return 0, fmt.Errorf("too much output")
	}
	return l.Builder.Write(p)
}
