package main

import (
	"encoding/json"

	"sigs.k8s.io/yaml"
)

// contentQuestion: a YAML document, decoded as apimachinery does it (an integer of 64 bits stays one, any other number is float64).
func contentQuestion(asked arguments) answer {
	var tree any
	asWritten := func(decoder *json.Decoder) *json.Decoder {
		decoder.UseNumber()
		return decoder
	}
	if yaml.Unmarshal([]byte(asked.text(0)), &tree, asWritten) != nil {
		return silent()
	}
	tree, err := converted(tree)
	if err != nil {
		return silent()
	}
	return answer{text: objectHash(tree)}
}

func converted(tree any) (result any, err error) {
	switch tree := tree.(type) {
	case json.Number:
		if number, err := tree.Int64(); err == nil {
			return number, nil
		}
		return tree.Float64()
	case []any:
		for at := range tree {
			if tree[at], err = converted(tree[at]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for name := range tree {
			if tree[name], err = converted(tree[name]); err != nil {
				return nil, err
			}
		}
	}
	return tree, nil
}
