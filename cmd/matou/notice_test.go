package main

import (
	"testing"
	"time"

	"matou/directory"
)

func TestSetTime(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 21, 20, 30, 40, 0, paris)
	tests := []struct {
		in, want string // want "": refused
	}{
		{"22:00", "2026-11-21T21:00:00Z"},
		{"+2h", "2026-11-21T21:30:00Z"},
		{"+90m", "2026-11-21T21:00:00Z"},
		{"2026-12-01 08:15", "2026-12-01T07:15:00Z"},
		{"2026-07-01T08:15", "2026-07-01T06:15:00Z"},
		{"2026-12-01", "2026-11-30T23:00:00Z"},
		{"2026-12-01T08:15:00+02:00", "2026-12-01T06:15:00Z"},
		{"+0h", ""}, {"+9000h", ""}, {"-2h", ""}, {"tomorrow", ""}, {"25:00", ""}, {"2026-02-30", ""},
	}
	for _, test := range tests {
		var got time.Time
		err := setTime(&got, "--ends", test.in, now)
		switch {
		case test.want == "" && err == nil:
			t.Errorf("%s: got %s, want it refused", test.in, got)
		case test.want == "" && exitCode(err) != exitUsage:
			t.Errorf("%s: got exit code %d, want %d", test.in, exitCode(err), exitUsage)
		case test.want != "" && (err != nil || got.Format(time.RFC3339) != test.want):
			t.Errorf("%s: got %s and %v, want %s", test.in, got.Format(time.RFC3339), err, test.want)
		}
	}
}

// TestTerminalLanguage reads the language of a person by POSIX locale names.
func TestTerminalLanguage(t *testing.T) {
	tests := []struct {
		environ []string
		want    directory.Language
	}{
		{[]string{"LANG=fr_FR.UTF-8"}, "fr"},
		{[]string{"LANG=fr_FR.UTF-8", "LC_ALL=en_GB"}, "en"},
		{[]string{"LANG=br", "LC_ALL="}, "br"},
		{[]string{"LANG=C.UTF-8"}, "en"},
		{[]string{"LANG=POSIX"}, "en"},
		{nil, "en"},
	}
	for _, test := range tests {
		if got := (&terminal{environ: test.environ}).language(); got != test.want {
			t.Errorf("%v: got %q, want %q", test.environ, got, test.want)
		}
	}
}
