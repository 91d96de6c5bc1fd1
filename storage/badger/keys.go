package badger

import (
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// The first byte of every key; see the package comment.
const (
	kindActor      = 'A'
	kindLocalActor = 'L'
	kindActivity   = 'X'
	kindDocument   = 'D'
	kindHost       = 'H'
	kindProfile    = 'Y'
	kindFollow     = 'F'
	kindFollowing  = 'g'
	kindInbox      = 'i'
	kindCounts     = 'k'
	kindOutbox     = 'O'
	kindDelivery   = 'Q'
	kindLane       = 'W'
	kindPack       = 'S'
	kindRefresh    = 'R'
	kindListing    = 'P'
	kindHandle     = 'p'
	kindPosition   = 'C'
	kindFeed       = 'c'
	kindNotice     = 'N'
	kindNoticeOf   = 'n'
	kindNoticeTime = 't'
	kindBlock      = 'B'
	kindAllow      = 'V'
	kindDecision   = 'J'
	kindSilence    = 's'
	kindFeatured   = 'E'
	kindFeaturedOf = 'e'
	kindStamp      = 'Z'
	kindStampPair  = 'z'
	kindStampCount = 'j'
	kindReport     = 'U'
	kindOpenReport = 'u'
	kindMove       = 'G'
	kindMoveTo     = 'm'
	kindMoveHandle = 'h'
	kindCandidate  = 'K'
	kindProposed   = 'q'
	kindSource     = 'T'
	kindCollective = 'o'
	kindSite       = 'w'
	kindSiteFile   = 'f'
	kindHistory    = 'I'
	kindPast       = 'y'
	kindMeta       = 'M'
	hashSize       = 20
	timeSize       = 12
	stateAccepted  = 'a'
	stateOther     = 'o'
	maxID          = 2048 // bytes of an id
	maxULID        = 64   // bytes of a key of an outbox item or delivery
)

// hash is #x of the layout.
func hash[S ~string](id S) []byte {
	sum := sha256.Sum256([]byte(id))
	return sum[:hashSize]
}

// stamp is @t of the layout: seconds and nanoseconds, in the order of time.
func stamp(t time.Time) []byte {
	b := make([]byte, timeSize)
	binary.BigEndian.PutUint64(b, uint64(t.Unix())^(1<<63))
	binary.BigEndian.PutUint32(b[8:], uint32(t.Nanosecond()))
	return b
}

// number is a counter that sorts as numbers do.
func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// join makes a key, or the beginning of several.
func join(kind byte, parts ...[]byte) []byte {
	k := []byte{kind}
	for _, p := range parts {
		k = append(k, p...)
	}
	return k
}

// byHash is the key of a record under the hash of its id.
func byHash[S ~string](kind byte, id S) []byte { return join(kind, hash(id)) }

// byName is the key of a record under its id as it is written.
func byName[S ~string](kind byte, id S) []byte { return join(kind, []byte(id)) }
