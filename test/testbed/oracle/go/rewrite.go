package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"keyhook.dev/oracle/functions"
)

var errTransform = errors.New("transform")

// rewriteQuestion: values, and operations as lists of a name and its fields (spec core 0.7).
func rewriteQuestion(asked arguments) answer {
	values := asked[0].(map[string]string)
	for i, operation := range asked[1].([]any) {
		var err error
		fields := operation.([]any)
		switch fields[0] {
		case "regexp":
			values, err = byRegexp(values, fields[1].(string), fields[2].(string))
		case "transform":
			values, err = byTemplate(values, fields[1].(string))
		case "merge":
			values, err = merged(values, fields[1].(string), fields[2].([]string), fields[3].(string), fields[4].(string), fields[5].(string))
		default:
			return answer{"request", "operation"}
		}
		if errors.Is(err, errTransform) {
			return silent()
		}
		if err != nil {
			return answer{"execute", fmt.Sprintf("failed rewrite operation[%d]: %v", i, err)}
		}
	}
	return answer{text: printed(values)}
}

// renamed goes through the keys in order, so that of keys that become one the last wins.
func renamed(values map[string]string, rename func(string) (string, error)) (map[string]string, error) {
	result := make(map[string]string, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		name, err := rename(key)
		if err != nil {
			return nil, err
		}
		result[name] = values[key]
	}
	return result, nil
}

func byRegexp(values map[string]string, source, target string) (map[string]string, error) {
	expression, err := regexp.Compile(source)
	if err != nil {
		return nil, fmt.Errorf("regexp failed with failed to compile: %w", err)
	}
	return renamed(values, func(key string) (string, error) { return expression.ReplaceAllString(key, target), nil })
}

func byTemplate(values map[string]string, text string) (map[string]string, error) {
	if _, err := template.New("t").Funcs(functions.All).Parse(text); err != nil {
		return nil, errTransform
	}
	return renamed(values, func(key string) (string, error) {
		made := templateQuestion(arguments{text, "default", "", "", map[string]string{"value": key}})
		if made.stage != "" {
			return "", errTransform
		}
		return made.text, nil
	})
}

func merged(values map[string]string, into string, priority []string, priorityPolicy, conflictPolicy, strategy string) (map[string]string, error) {
	var order []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(priority, key) {
			order = append(order, key)
		}
	}
	order = append(order, priority...)
	fields := map[string]any{}
	conflicts := map[string]bool{}
	for _, key := range order {
		if _, ok := values[key]; !ok {
			if priorityPolicy == "IgnoreNotFound" {
				continue
			}
			return nil, fmt.Errorf("merge failed with key %q not found in input map", key)
		}
		var object map[string]any
		if err := json.Unmarshal([]byte(values[key]), &object); err != nil {
			return nil, fmt.Errorf("merge failed with failed to unmarshal JSON: %w", err)
		}
		for name, value := range object {
			if _, ok := fields[name]; ok {
				conflicts[name] = true
			}
			fields[name] = value
		}
	}
	if len(conflicts) > 0 && conflictPolicy != "Ignore" {
		return nil, fmt.Errorf("merge failed with conflicts: %s", strings.Join(slices.Sorted(maps.Keys(conflicts)), ", "))
	}
	result := map[string]string{}
	if strategy == "JSON" {
		if into == "" {
			return nil, errors.New("merge failed with missing 'into' field")
		}
		maps.Copy(result, values)
		result[into] = plainJSON(fields)
		return result, nil
	}
	for name, value := range fields {
		result[name] = byteValue(value)
	}
	return result, nil
}
