package directory

import (
	"crypto/sha256"
	"encoding/binary"
)

// Shuffle gives the place of a listing in the neutral order of a day: listings
// stand by this number. The order is the same for everyone on that day, nobody
// can influence it, and it changes each day, so that everyone comes first in
// turn. It is Seed(date "|" canonical query) xor Seed(id), stirred by the
// finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom
// Number Generators, 2014).
func Shuffle(day Date, query string, id ID) uint64 {
	return Stir(Seed(day.String()+"|"+query) ^ Seed(string(id)))
}

// Seed gives the first eight bytes of SHA-256(s), big-endian.
func Seed(s string) uint64 {
	sum := sha256.Sum256([]byte(s))
	return binary.BigEndian.Uint64(sum[:8])
}

// Stir is the finaliser of SplitMix64: each bit of x changes about half of the
// bits of the result. It takes a nanosecond, where a hash takes a hundred: the
// order of a million listings must be known within the time of a page.
func Stir(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
