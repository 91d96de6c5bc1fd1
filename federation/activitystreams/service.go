package activitystreams

import (
	"matou/directory"
	"matou/federation/ap"
)

// EncodeService gives the document of one service at its own IRI.
func EncodeService(e Endpoints, h directory.Hoster, s directory.Service, v directory.Vocabulary) (ap.Document, error) {
	return ap.Document{}, errSkeleton
}

// DecodeService reads a service. What cannot be understood is left out and
// told in the warnings.
func DecodeService(raw []byte) (directory.Service, []string, error) {
	return directory.Service{}, nil, errSkeleton
}
