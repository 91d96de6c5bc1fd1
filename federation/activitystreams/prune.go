package activitystreams

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"matou/directory"
)

// maxPrunes bounds the passes over a profile that keeps being wrong.
const maxPrunes = 20

// pruned takes out of a value what validate refuses, and tells it in the
// warnings, so that one wrong field of a peer does not hide the rest. A field
// goes first; where its absence is wrong too, what holds it. What is wrong at
// the top (a name, a handle) is an error.
//
// The paths of validate's errors are those of the value's JSON.
func pruned[T any](v T, validate func(T) error, warnings *[]string) (T, error) {
	warn := wire{warnings: warnings}.warn
	up := map[string]int{}
	for range maxPrunes {
		wrong := directory.FieldErrors(validate(v))
		if len(wrong) == 0 {
			return v, nil
		}
		raw, err := json.Marshal(v)
		if err != nil {
			return v, fmt.Errorf("prune: %w", err)
		}
		var tree map[string]any
		d := json.NewDecoder(strings.NewReader(string(raw)))
		d.UseNumber()
		if err := d.Decode(&tree); err != nil {
			return v, fmt.Errorf("prune: %w", err)
		}
		removed := map[string]bool{}
		for _, e := range slices.Backward(wrong) { // from the end, so that indexes hold
			steps := pathSteps(e.Field)
			switch {
			case e.Field == "until" && up[e.Field] > 0:
				steps, up[e.Field] = []string{"state"}, 0 // a closing without its day is not announced
			case up[e.Field] >= len(steps):
				return v, e
			case up[e.Field] == 0:
				warn(e.Field, e.Reason)
			}
			steps = steps[:len(steps)-up[e.Field]]
			up[e.Field]++
			if at := strings.Join(steps, "."); !removed[at] {
				removed[at] = true
				remove(tree, steps)
			}
			if _, err := strconv.Atoi(steps[len(steps)-1]); err == nil {
				clear(up) // the indexes of what follows have moved
			}
		}
		if raw, err = json.Marshal(tree); err != nil {
			return v, fmt.Errorf("prune: %w", err)
		}
		var zero T
		v = zero
		if err := json.Unmarshal(raw, &v); err != nil {
			return v, fmt.Errorf("%w: prune: %v", directory.ErrInvalid, err)
		}
	}
	return v, fmt.Errorf("%w: %w", directory.ErrInvalid, validate(v))
}

// pathSteps splits "services[2].website" into services, 2, website.
func pathSteps(field string) []string {
	return strings.FieldsFunc(field, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
}

// remove takes what stands at the path out of the tree. A path that leads
// nowhere removes nothing; an entry of a list leaves no hole.
func remove(tree any, steps []string) any {
	if len(steps) == 0 {
		return tree
	}
	switch t := tree.(type) {
	case map[string]any:
		if len(steps) == 1 {
			delete(t, steps[0])
		} else if in, ok := t[steps[0]]; ok {
			t[steps[0]] = remove(in, steps[1:])
		}
		return t
	case []any:
		i, err := strconv.Atoi(steps[0])
		if err != nil || i < 0 || i >= len(t) {
			return t
		}
		if len(steps) == 1 {
			return slices.Delete(t, i, i+1)
		}
		t[i] = remove(t[i], steps[1:])
		return t
	}
	return tree
}
