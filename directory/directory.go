// Package directory says what matou is: hosters, the services they run, the
// statements they make on criteria, the notices they publish, the collectives
// they belong to, and the questions that a visitor asks of a directory.
//
// It is the innermost package: it imports the standard library only, does no
// I/O and reads no clock. Every value that comes from outside is validated
// here, once, with errors that name the field and the reason (see FieldError).
package directory

import "net/url"

// ID names one hoster, service or notice. It is the IRI of the ActivityPub
// actor or object that publishes it, byte for byte, e.g.
// "https://hoster.example/ap/actors/chatdroite".
type ID string

// Host gives the DNS name (with the port, where there is one) of the node that
// publishes the thing named, or "" where the ID is no absolute URL.
func (id ID) Host() string {
	u, err := url.Parse(string(id))
	if err != nil {
		return ""
	}
	return u.Host
}
