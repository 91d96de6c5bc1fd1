package web

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"matou/directory/exchange"
)

// TestChatonsInfosGivesTheImportedFileBack reads a node's own files: what was
// imported comes back whole, with the keys that nobody here knows, and what
// the hoster changed since is new.
func TestChatonsInfosGivesTheImportedFileBack(t *testing.T) {
	const samples = "../directory/exchange/testdata/"
	org, err := os.ReadFile(samples + "organization-oddities.properties")
	if err != nil {
		t.Fatal(err)
	}
	pad, err := os.ReadFile(samples + "service-pad.properties")
	if err != nil {
		t.Fatal(err)
	}
	imported := map[string][]byte{
		"https://bizarre.example/organization.properties": org,
		"https://bizarre.example/pad.properties":          pad,
	}
	base, bases := exchange.Bases(imported)
	var services []*exchange.File
	for _, f := range bases {
		services = append(services, f)
	}
	h, _, err := exchange.Hoster(base, services)
	if err != nil {
		t.Fatal(err)
	}
	h.Handle, h.Name = "bizarre", "Bizarre, renommé"
	n := start(t, Options{
		Origin: &url.URL{Scheme: "https", Host: "bizarre.example"}, Hoster: "bizarre", Own: own{hoster: &h, imported: imported},
	}, nil, nil)
	read := func(address string, status int) string {
		t.Helper()
		res := n.get(address)
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != status {
			t.Fatalf("%s: got %d, %v, want %d", address, res.StatusCode, err, status)
		}
		return string(body)
	}

	got := read("/.well-known/chatonsinfos/bizarre.properties", http.StatusOK)
	for _, line := range []string{"unknown.future.key=garde-moi", "organization.name =  Bizarre, renommé"} {
		if !strings.Contains(got, line) {
			t.Errorf("the organization file has no line %q:\n%s", line, got)
		}
	}
	got = read("/.well-known/chatonsinfos/bizarre/"+h.Services[0].Slug+".properties", http.StatusOK)
	if want := "metrics.http.visits.2025.months = 12;;30;41;;;;8"; !strings.Contains(got, want) {
		t.Errorf("the service file has no line %q:\n%s", want, got)
	}
	read("/.well-known/chatonsinfos/autre.properties", http.StatusNotFound)
	read("/.well-known/chatonsinfos/bizarre/rien.properties", http.StatusNotFound)
}
