package main

import (
	"bytes"
	"crypto/sha3"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

var gjsonKinds = map[gjson.Type]string{
	gjson.Null: "null", gjson.False: "false", gjson.True: "true", gjson.Number: "number", gjson.String: "string", gjson.JSON: "json",
}

// gjsonQuestion: a document and a path.
func gjsonQuestion(asked arguments) answer {
	found := gjson.Get(asked.text(0), asked.text(1))
	if !found.Exists() {
		return answer{text: "absent"}
	}
	return answer{text: strings.Join([]string{gjsonKinds[found.Type], found.Raw, found.String()}, "\x00")}
}

// objectQuestion: a rule (spec providers 1.6 and 13.2) and a document.
func objectQuestion(asked arguments) answer {
	rule, document := asked.text(0), []byte(asked.text(1))
	if rule != "raw" && rule != "decoded" && rule != "encoded" {
		return answer{"request", "rule"}
	}
	values := map[string]string{}
	if rule == "raw" {
		var members map[string]json.RawMessage
		if json.Unmarshal(document, &members) != nil {
			return silent()
		}
		for name, raw := range members {
			text := ""
			if json.Unmarshal(raw, &text) != nil {
				text = string(raw)
			}
			values[name] = text
		}
		return answer{text: printed(values)}
	}
	var members map[string]any
	if json.Unmarshal(document, &members) != nil {
		return silent()
	}
	for name, value := range members {
		if rule == "decoded" {
			values[name] = byteValue(value)
		} else {
			values[name] = plainJSON(value)
		}
	}
	return answer{text: printed(values)}
}

// byteValue is a decoded value as ESO puts it into a Secret.
func byteValue(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(value)
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// plainJSON is JSON without HTML escapes.
func plainJSON(value any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// printed lists names and values in the order of the names.
func printed(values map[string]string) string {
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		out.WriteString(name + "\x00" + values[name] + "\x00")
	}
	return out.String()
}

// matchQuestion: a regular expression and names.
func matchQuestion(asked arguments) answer {
	expression, err := regexp.Compile(asked.text(0))
	if err != nil {
		return silent()
	}
	var out strings.Builder
	for _, name := range asked[1].([]string) {
		if expression.MatchString(name) {
			out.WriteByte('1')
		} else {
			out.WriteByte('0')
		}
	}
	return answer{text: out.String()}
}

// decodeQuestion: a strategy and a value.
func decodeQuestion(asked arguments) answer {
	value := asked.text(1)
	decoded, err := decoded(asked.text(0), value)
	if err != nil {
		return failure("execute", err)
	}
	return answer{text: decoded}
}

func decoded(strategy, value string) (string, error) {
	by := func(encoding *base64.Encoding) (string, error) {
		text, err := encoding.DecodeString(value)
		if err != nil {
			return "", errors.New("illegal base64 data")
		}
		return string(text), nil
	}
	switch strategy {
	case "Base64":
		return by(base64.StdEncoding)
	case "Base64URL":
		return by(base64.URLEncoding)
	case "Auto":
		if text, err := by(base64.StdEncoding); err == nil {
			return text, nil
		}
		if text, err := by(base64.URLEncoding); err == nil {
			return text, nil
		}
		return value, nil
	case "None", "":
		return value, nil
	}
	return "", fmt.Errorf("decoding strategy %s is not supported", strategy)
}

// hashQuestion: data, annotations and labels, all maps of strings.
func hashQuestion(asked arguments) answer {
	data := map[string][]byte{}
	for name, value := range asked[0].(map[string]string) {
		data[name] = []byte(value)
	}
	meta := struct{ annotations, labels map[string]string }{
		asked[1].(map[string]string), asked[2].(map[string]string),
	}
	return answer{text: objectHash(data) + " " + objectHash(meta)}
}

func objectHash(object any) string {
	return fmt.Sprintf("%x", sha3.Sum224(fmt.Appendf(nil, "%+v", object)))
}

// durationQuestion: the text of a duration.
func durationQuestion(asked arguments) answer {
	duration, err := time.ParseDuration(asked.text(0))
	if err != nil {
		return failure("execute", err)
	}
	return answer{text: fmt.Sprintf("%d %s", int64(duration), duration)}
}
