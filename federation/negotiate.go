package federation

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// Media types of what this node serves and accepts.
const (
	typeActivity = "application/activity+json"
	typeLD       = "application/ld+json"
	typeJRD      = "application/jrd+json"

	profileAS = "https://www.w3.org/ns/activitystreams"
)

// maxAccept bounds the media ranges that are read of one Accept header.
const maxAccept = 32

// preference is what the Accept headers of a request say about the two forms
// in which this node shows things, each between 0 and 1 (RFC 9110 12.5.1).
type preference struct {
	activity float64 // ActivityStreams, by name: a wildcard does not ask for it
	page     float64 // HTML, by name or wildcard
}

// wantsActivity reports whether the request asks for ActivityStreams by name
// and no less than for HTML.
func (p preference) wantsActivity() bool { return p.activity > 0 && p.activity >= p.page }

// wantsPage reports whether somebody with a browser, or a tool that takes
// anything, is asking: HTML is acceptable and ActivityStreams not preferred.
func (p preference) wantsPage() bool { return p.page > 0 && p.page > p.activity }

// preferenceOf reads the Accept headers of a request. None at all accept
// anything, which is a page.
func preferenceOf(r *http.Request) preference {
	values := r.Header.Values("Accept")
	if len(values) == 0 {
		return preference{page: 1}
	}
	var p preference
	var named bool      // HTML is named
	var wildcard = -1.0 // q of */* and text/*
	ranges := splitOutside(strings.Join(values, ","), ',')
	for _, part := range ranges[:min(len(ranges), maxAccept)] {
		name, q, ok := mediaRange(part)
		if !ok {
			continue
		}
		switch name {
		case typeActivity, typeLD:
			p.activity = max(p.activity, q)
		case "text/html", "application/xhtml+xml":
			named = true
			p.page = max(p.page, q)
		case "text/*", "*/*":
			wildcard = max(wildcard, q)
		}
	}
	if !named && wildcard > 0 {
		p.page = wildcard
	}
	return p
}

// mediaRange reads one element of Accept: its lower-case name and its weight.
// A weight that is no number between 0 and 1 makes the element void.
func mediaRange(s string) (name string, q float64, ok bool) {
	params := splitOutside(s, ';')
	name = strings.ToLower(strings.TrimSpace(params[0]))
	if !strings.Contains(name, "/") {
		return "", 0, false
	}
	q = 1
	for _, param := range params[1:] {
		key, value, _ := strings.Cut(param, "=")
		if !strings.EqualFold(strings.TrimSpace(key), "q") {
			continue
		}
		w, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(w >= 0 && w <= 1) {
			return "", 0, false
		}
		q = w
	}
	return name, q, true
}

// splitOutside cuts s at each separator that is not in a quoted string: a
// profile may hold any of them (RFC 9110 5.6.4).
func splitOutside(s string, separator byte) []string {
	var parts []string
	quoted, start := false, 0
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == separator && !quoted:
			parts, start = append(parts, s[start:i]), i+1
		}
	}
	return append(parts, s[start:])
}

// isActivityType reports whether a Content-Type names ActivityStreams 2.0:
// application/activity+json, or application/ld+json with its profile, alone or
// in a list (ActivityPub 7, ActivityStreams 4).
func isActivityType(contentType string) bool {
	name, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	switch name {
	case typeActivity:
		return true
	case typeLD:
		for profile := range strings.FieldsSeq(params["profile"]) {
			if profile == profileAS {
				return true
			}
		}
	}
	return false
}
