package directory

import (
	"strings"
	"testing"
)

func TestIsIntricate(t *testing.T) {
	profile := strings.Repeat("## Règles\n\n* **Respect** de [la charte](https://hoster.example/charte) et des autres\n  * `aussi` la nuit\n\n> Merci.\n\n", 100)
	tests := []struct {
		what, markdown string
		want           bool
	}{
		{"nothing", "", false},
		{"a long profile", profile, false},
		{"20,000 letters", strings.Repeat("a", 20_000), false},
		{"code that is indented", strings.Repeat(" ", 40) + "x", false},
		{"open links", strings.Repeat("[a](", 5000), true},
		{"quotations in quotations", strings.Repeat(">", 20_000), true},
		{"emphases", strings.Repeat("*a ", 6000), true},
		{"lists in lists", strings.Repeat(" ", 200) + "- a", true},
	}
	for _, test := range tests {
		if got := IsIntricate(test.markdown); got != test.want {
			t.Errorf("%s: got %t, want %t", test.what, got, test.want)
		}
	}
}
