package web

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"matou/directory"
)

// Keys gives what tells the keys of hosters apart.
type Keys interface {
	// Fingerprint gives the SHA-256 of the public key (SubjectPublicKeyInfo, DER)
	// by which a hoster signs, or directory.ErrNotFound.
	Fingerprint(ctx context.Context, hoster directory.ID) ([32]byte, error)
}

// keyWords gives the fingerprint of a hoster's key as four words that can be
// read out on the telephone; "" where none is known.
func (s *Site) keyWords(ctx context.Context, id directory.ID) (string, error) {
	if s.options.Keys == nil {
		return "", nil
	}
	sum, err := s.options.Keys.Fingerprint(ctx, id)
	if isMissing(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("key of a hoster: %w", err)
	}
	return proquints(sum[:8]), nil
}

// proquints writes bytes as words of five letters, 16 bits each (D. S.
// Wilkerson, "A Proposal for Proquints", arXiv:0901.4016).
func proquints(b []byte) string {
	const consonants, vowels = "bdfghjklmnprstvz", "aiou"
	var words []string
	for ; len(b) >= 2; b = b[2:] {
		n := binary.BigEndian.Uint16(b)
		words = append(words, string([]byte{
			consonants[n>>12], vowels[n>>10&3], consonants[n>>6&15], vowels[n>>4&3], consonants[n&15],
		}))
	}
	return strings.Join(words, "-")
}
