package federation

import (
	"net/http"
	"strings"
	"testing"
)

func TestIsActivityType(t *testing.T) {
	for value, want := range map[string]bool{
		"application/activity+json":                                                true,
		"APPLICATION/Activity+JSON; charset=UTF-8":                                 true,
		`application/ld+json; profile="` + profileAS + `"`:                         true,
		`application/ld+json;profile="https://autre.example/ns ` + profileAS + `"`: true,
		`application/ld+json;charset=utf-8;profile=` + `"` + profileAS + `"`:       true,
		"application/ld+json":                                                      false,
		`application/ld+json; profile="https://autre.example/"`:                    false,
		"application/json":                                                         false,
		"text/html":                                                                false,
		"":                                                                         false,
		"application/activity+json, text/html":                                     false,
		"text/plain; x=application/activity+json":                                  false,
		"multipart/form-data; boundary=activity":                                   false,
		"application/activity+jsonx":                                               false,
		"application/activity+json; profile=\"x":                                   false,
		"application/x-application/activity+json;":                                 false,
	} {
		if got := isActivityType(value); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

// FuzzPreference: whatever Accept says, weights stay between 0 and 1 and
// nobody is both sent to a page and given the object.
func FuzzPreference(f *testing.F) {
	for _, s := range []string{"*/*", "text/html;q=0.5, application/activity+json", "application/ld+json;q=NaN", ";,;q=,=", "text/*;q=-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		p := preferenceOf(&http.Request{Header: http.Header{"Accept": {accept}}})
		if !(p.activity >= 0 && p.activity <= 1 && p.page >= 0 && p.page <= 1) {
			t.Errorf("weights are %+v", p)
		}
		if p.wantsActivity() && p.wantsPage() {
			t.Error("both are wanted")
		}
	})
}

// FuzzParseHandle: a handle that is accepted can be asked for without any part
// of it becoming another part of an address.
func FuzzParseHandle(f *testing.F) {
	for _, s := range []string{"@a@b.example", "acct:a@b.example:8080", "a@b/c", "a@b@c", "é@b", "a@[::1]", "a@b?x#y", "a@b%2fc"} {
		f.Add(s)
	}
	n := &Node{}
	f.Fuzz(func(t *testing.T, handle string) {
		name, host, err := n.parseHandle(handle)
		if err != nil {
			return
		}
		for _, c := range name + host {
			if c <= ' ' || c > '~' || c == '/' || c == '?' || c == '#' || c == '@' || c == '\\' || c == '%' {
				t.Errorf("%q holds %q", handle, c)
			}
		}
	})
}

// FuzzDescriptor: what is read of somebody else's WebFinger is one address that
// may be fetched, or none.
func FuzzDescriptor(f *testing.F) {
	for _, s := range []string{
		`{"subject":"acct:a@b.example","links":[{"rel":"self","type":"application/activity+json","href":"https://b.example/a"}]}`,
		`{"links":[{"rel":"self","type":"application/activity+json","href":"https://b.example/a"},{"rel":"self","type":"application/activity+json","href":"https://c.example/a"}]}`,
		`{"links":{"rel":"self","type":"application/activity+json","href":"file:///etc/passwd"}}`, `{"links":[null,5,[]],"Links":[]}`, `[]`, `{"subject":5}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := readDescriptor(raw)
		if err != nil {
			return
		}
		id, err := d.actor(false)
		if err == nil && id != "" && (!strings.HasPrefix(string(id), "https://") || hasControl(string(id))) {
			t.Errorf("the actor is %q", id)
		}
		if len(d.Links) > maxLinks {
			t.Errorf("%d links", len(d.Links))
		}
	})
}
