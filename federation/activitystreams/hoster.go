package activitystreams

import (
	"matou/directory"
	"matou/federation/ap"
)

// EncodeHoster gives the actor of a hoster, an Organization, with everything
// that its profile says but its services. Over 64 KiB it is a
// *directory.FieldError that says what to shorten.
func EncodeHoster(e Endpoints, h directory.Hoster, v directory.Vocabulary) (ap.Document, error) {
	return ap.Document{}, errSkeleton
}

// DecodeHoster reads a hoster from its actor and the documents of its services.
// What cannot be understood is left out and told in the warnings.
func DecodeHoster(actor []byte, services [][]byte) (directory.Hoster, []string, error) {
	return directory.Hoster{}, nil, errSkeleton
}
