// The oracle answers what Go's own libraries make of templates and values: a frame of questions in, a frame of answers out.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// An answer's stage is empty for a result, else where the error came up: request, parse, execute or panic.
type answer struct{ stage, text string }

func failure(stage string, err error) answer { return answer{stage, err.Error()} }

// silent is an error whose words are a library's own, which our side does not repeat.
func silent() answer { return answer{stage: "execute"} }

// questions are answered by their names; the arguments are what case.ts says.
var questions = map[string]func(arguments) answer{
	"template": templateQuestion,
	"gjson":    gjsonQuestion,
	"object":   objectQuestion,
	"rewrite":  rewriteQuestion,
	"match":    matchQuestion,
	"decode":   decodeQuestion,
	"hash":     hashQuestion,
	"content":  contentQuestion,
	"duration": durationQuestion,
}

func main() {
	time.Local = time.UTC
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		frame, err := readFrame(in)
		if err == io.EOF {
			return
		}
		if err != nil {
			panic(err)
		}
		if _, err := os.Stdout.Write(answerFrame(answerAll(readQuestions(frame)))); err != nil {
			panic(err)
		}
	}
}

func answerAll(asked []question) []answer {
	answers := make([]answer, len(asked))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for at := next.Add(1) - 1; at < int64(len(asked)); at = next.Add(1) - 1 {
				answers[at] = answerTo(asked[at])
			}
		})
	}
	workers.Wait()
	return answers
}

func answerTo(asked question) (result answer) {
	defer func() {
		if p := recover(); p != nil {
			result = answer{"panic", fmt.Sprint(p)}
		}
	}()
	return questions[asked.name](asked.arguments)
}
