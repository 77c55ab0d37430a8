// Package functions has the functions of ESO's templates over the libraries that ESO uses.
package functions

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"
)

// All are sprig's as ESO has them: without those that read the world, with hexdec, and htpasswd with its algorithm.
// keys and values are in sorted order, because Go's is another one each time.
var All = func() template.FuncMap {
	all := sprig.TxtFuncMap()
	for _, name := range []string{"env", "expandenv", "getHostByName"} {
		delete(all, name)
	}
	all["hexdec"] = func(text string) string {
		bytes, err := hex.DecodeString(text)
		if err != nil {
			return err.Error()
		}
		return string(bytes)
	}
	all["htpasswd"] = func(user, password, algorithm string) string {
		if strings.Contains(user, ":") {
			return "invalid username: " + user
		}
		sum := sha1.Sum([]byte(password))
		return user + ":{SHA}" + base64.StdEncoding.EncodeToString(sum[:])
	}
	all["keys"] = func(maps ...map[string]any) []string {
		names := []string{}
		for _, m := range maps {
			names = append(names, sortedNames(m)...)
		}
		return names
	}
	all["values"] = func(m map[string]any) []any {
		values := []any{}
		for _, name := range sortedNames(m) {
			values = append(values, m[name])
		}
		return values
	}
	all["toYaml"] = func(value any) string {
		text, err := yaml.Marshal(value)
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(text), "\n")
	}
	all["fromYaml"] = func(text string) map[string]any {
		m := map[string]any{}
		if err := yaml.Unmarshal([]byte(text), &m); err != nil {
			m["Error"] = "invalid"
		}
		return m
	}
	return all
}()

func sortedNames(m map[string]any) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Mentioned are the functions whose names stand in the template: to give it all takes longer than to execute it.
func Mentioned(text string) template.FuncMap {
	found := template.FuncMap{}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		if function, ok := All[word]; ok {
			found[word] = function
		}
	}
	return found
}
