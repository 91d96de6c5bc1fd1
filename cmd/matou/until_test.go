package main

import (
	"regexp"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// untilCommand runs a command of the script until its standard output matches
// an expression: what a command tells of what happens by itself.
func untilCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until REGEXP COMMAND…")
	}
	want, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	limit := time.Now().Add(time.Minute)
	for {
		err := ts.Exec(args[1], args[2:]...)
		got := ts.ReadFile("stdout")
		if err == nil && want.MatchString(got) {
			return
		}
		if time.Now().After(limit) {
			ts.Fatalf("%q does not appear (%v):\n%s", args[0], err, got)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
