// Bench times Go's parsing and executing of a template: a JSON object with the template, its values and how many rounds on
// standard input, microseconds of CPU that a round takes and the result on standard output.
package main

import (
	"encoding/json"
	"os"
	"strings"
	"syscall"
	"text/template"
	"time"

	"keyhook.dev/oracle/functions"
)

type asked struct {
	Template string            `json:"template"`
	Values   map[string]string `json:"values"`
	Rounds   int               `json:"rounds"`
}

type told struct {
	Parse   float64 `json:"parse"`
	Execute float64 `json:"execute"`
	Whole   float64 `json:"whole"`
	Output  string  `json:"output"`
}

func main() {
	in := json.NewDecoder(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for {
		var a asked
		if in.Decode(&a) != nil {
			return
		}
		used := functions.Mentioned(a.Template)
		parse := func() *template.Template {
			return template.Must(template.New("t").Funcs(used).Parse(a.Template))
		}
		parsed := parse()
		var result string
		execute := func(t *template.Template) {
			var text strings.Builder
			if err := t.Execute(&text, a.Values); err != nil {
				panic(err)
			}
			result = text.String()
		}
		out.Encode(told{
			Parse:   timed(a.Rounds, func() { parse() }),
			Execute: timed(a.Rounds, func() { execute(parsed) }),
			Whole:   timed(a.Rounds, func() { execute(parse()) }),
			Output:  result,
		})
	}
}

// timed is how many microseconds of CPU one round takes.
func timed(rounds int, round func()) float64 {
	start := cpu()
	for range rounds {
		round()
	}
	return float64((cpu() - start).Microseconds()) / float64(rounds)
}

func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
