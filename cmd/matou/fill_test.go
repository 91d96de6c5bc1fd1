package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// fillCommand sends a form as a browser does that was just given it. Its
// standard output is the status, where the answer leads on to ("-" for
// nowhere), and the page; it is not followed.
func fillCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: fill URL FIELD=VALUE…")
	}
	form := url.Values{}
	for _, field := range args[1:] {
		name, value, _ := strings.Cut(field, "=")
		form.Add(name, value)
	}
	r, err := http.NewRequest(http.MethodPost, args[0], strings.NewReader(form.Encode()))
	ts.Check(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "http://"+r.Host)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := http.DefaultTransport.RoundTrip(r)
	ts.Check(err)
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	ts.Check(err)
	to := answer.Header.Get("Location")
	if to == "" {
		to = "-"
	}
	_, _ = fmt.Fprintf(ts.Stdout(), "%d %s\n%s", answer.StatusCode, to, page)
}
