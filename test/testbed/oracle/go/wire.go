package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

type question struct {
	name      string
	arguments arguments
}

// arguments are values as templates get them: nil, bool, int, int64, float64, string, []any, []string, map[string]any and
// map[string]string.
type arguments []any

func (a arguments) text(at int) string { return a[at].(string) }

// readFrame reads what stands behind a length.
func readFrame(in io.Reader) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(in, length[:]); err != nil {
		return nil, err
	}
	frame := make([]byte, binary.LittleEndian.Uint32(length[:]))
	_, err := io.ReadFull(in, frame)
	return frame, err
}

func readQuestions(frame []byte) []question {
	r := &reader{left: frame}
	asked := make([]question, r.length())
	for i := range asked {
		asked[i].name = r.text()
		asked[i].arguments = r.value().([]any)
	}
	return asked
}

func answerFrame(answers []answer) []byte {
	frame := binary.LittleEndian.AppendUint32(make([]byte, 4), uint32(len(answers)))
	for _, one := range answers {
		for _, text := range [...]string{one.stage, one.text} {
			frame = binary.LittleEndian.AppendUint32(frame, uint32(len(text)))
			frame = append(frame, text...)
		}
	}
	binary.LittleEndian.PutUint32(frame, uint32(len(frame)-4))
	return frame
}

type reader struct{ left []byte }

func (r *reader) take(count int) []byte {
	taken := r.left[:count]
	r.left = r.left[count:]
	return taken
}

func (r *reader) length() int { return int(binary.LittleEndian.Uint32(r.take(4))) }

func (r *reader) text() string { return string(r.take(r.length())) }

func (r *reader) bits() uint64 { return binary.LittleEndian.Uint64(r.take(8)) }

// value reads a value by its tag; wire.ts has the same tags.
func (r *reader) value() any {
	switch tag := r.take(1)[0]; tag {
	case 0:
		return nil
	case 1, 2:
		return tag == 2
	case 3:
		return int(r.bits())
	case 4:
		return int64(r.bits())
	case 5:
		return math.Float64frombits(r.bits())
	case 6:
		return r.text()
	case 7:
		return readList[any](r)
	case 8:
		return readList[string](r)
	case 9:
		return readMap[any](r)
	case 10:
		return readMap[string](r)
	default:
		panic(fmt.Sprint("unknown tag ", tag))
	}
}

func readList[T any](r *reader) []T {
	items := make([]T, r.length())
	for i := range items {
		items[i], _ = r.value().(T)
	}
	return items
}

func readMap[T any](r *reader) map[string]T {
	size := r.length()
	members := make(map[string]T, size)
	for range size {
		name := r.text()
		members[name], _ = r.value().(T)
	}
	return members
}
