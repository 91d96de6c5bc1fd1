package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"matou/directory"
)

// The bounds of matou's own format on disk: what a directory of tens of
// thousands exports can be read back.
const (
	MaxListingsBytes = 256 << 20
	MaxListings      = 50_000
)

// isOwnFormat reports whether a text begins as ExportJSON writes it.
func isOwnFormat(text []byte) bool {
	d := json.NewDecoder(bytes.NewReader(text[:min(len(text), 1<<10)]))
	for _, want := range []json.Token{json.Delim('{'), "format", documentFormat} {
		if got, err := d.Token(); err != nil || got != want {
			return false
		}
	}
	return true
}

// streamDocument reads matou's own format listing by listing: each is bounded
// as a document of its own, so that no more than one is taken apart at a time.
func streamDocument(source string, raw []byte) (Reading, error) {
	switch {
	case len(raw) > MaxListingsBytes:
		return Reading{}, directory.Invalid(source, "is longer than %d MiB", MaxListingsBytes>>20)
	case !utf8.Valid(raw):
		return Reading{}, directory.Invalid(source, "is not UTF-8 text (it may be Latin-1): save the file as UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	fault := func(err error) error { return jsonFault(source, raw, err, d.InputOffset()) }
	if _, err := d.Token(); err != nil {
		return Reading{}, fault(err)
	}
	var r Reading
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return Reading{}, fault(err)
		}
		if key == "listings" {
			if err := r.stream(source, d, fault); err != nil {
				return Reading{}, err
			}
			continue
		}
		var passed json.RawMessage
		if err := d.Decode(&passed); err != nil {
			return Reading{}, fault(err)
		}
		if key == "next" {
			r.Warnings = append(r.Warnings, Warning{File: source, Key: "next", Reason: "this is one page of several; only what stands in it is read"})
		}
	}
	if _, err := d.Token(); err != nil {
		return Reading{}, fault(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Reading{}, directory.Invalid(source, "goes on after the end of the JSON")
	}
	return r, nil
}

// stream reads the list of listings.
func (r *Reading) stream(source string, d *json.Decoder, fault func(error) error) error {
	if open, err := d.Token(); err != nil || open != json.Delim('[') {
		return directory.Invalid(source, "has no list under listings")
	}
	for i := 0; d.More(); i++ {
		if i >= MaxListings {
			return directory.Invalid(source, "has more than %d listings", MaxListings)
		}
		var one json.RawMessage
		if err := d.Decode(&one); err != nil {
			return fault(err)
		}
		name := fmt.Sprintf("listings[%d]", i)
		v, err := parseJSON(name, one)
		if err == nil {
			item, _ := v.(object)
			var f Found
			if f, err = readListing(source, item); err == nil {
				r.Hosters = append(r.Hosters, f)
				continue
			}
		}
		if len(r.Warnings) < maxWarnings {
			r.Warnings = append(r.Warnings, Warning{File: source, Key: name, Reason: err.Error() + "; this listing is left out"})
		}
	}
	_, err := d.Token()
	if err != nil {
		return fault(err)
	}
	return nil
}
