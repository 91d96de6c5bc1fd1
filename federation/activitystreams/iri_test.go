package activitystreams

import (
	"net/url"
	"testing"

	"pgregory.net/rapid"
)

// The short way of reading an address decides as the long one does.
func TestPlainIRI(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`https?://[a-z0-9.:-]{0,12}/[a-zA-Z0-9/._@~#%:&?=+-]{0,16}`).Draw(t, "address")
		scheme, host, ok := plainIRI(s)
		if !ok {
			return
		}
		short, long := hostFault(&url.URL{Scheme: scheme, Host: host}), wholeFault(s, true)
		if (short == "") != (long == "") {
			t.Errorf("%q: the short way says %q, the long one %q", s, short, long)
		}
	})
}
