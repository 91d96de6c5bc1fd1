// Package badger keeps what a node knows in an embedded Badger database: one
// directory, one process, nothing to install.
//
// # Layout of the keys
//
// A key is one letter, then parts without separators: #x is the first 20 bytes
// of the SHA-256 of an id, @t a time in 12 bytes that sort as times do, x an id
// or ULID as it is written, always last. Where an id is hashed the record
// repeats it and every reader compares, so that two ids can never be taken for
// one another. Small letters are indexes, made from the records alone.
//
//	A #actor                          Actor
//	L #actor                          LocalActor, with its secret
//	X #activity                       Activity: has been received (expires)
//	D #iri                            Document (tombstones of others expire)
//	H #name                           Host
//	Y #actor                          Profile
//	F #object actor                   Follow
//	g #actor object                     whom an actor follows; value: the actor
//	i #object STATE #inbox actor        where followers receive; STATE a(ccepted) or o(ther); value: the inbox
//	k #actor                            counts of followers, followed, outbox items
//	O #actor ULID                     OutboxItem
//	Q #inbox ULID                     Delivery
//	W #inbox                          Lane, with the ULID of its first Delivery
//	S number                          Pack: many deliveries of one Change, until they are spread over their lanes
//	R #actor                          Refresh
//	s #host                           Silence
//	P id                              Listing
//	p #handle                           id of the listing of that handle
//	C id                              Position: the place of a listing in the feed, also of a removed one
//	c number                            the feed: id of the listing that changed
//	N #id                             Notice
//	n #hoster @updated #id              notices of a hoster by time
//	t @updated #id                      notices by time
//	B domain                          DomainBlock
//	V domain                          DomainAllow
//	J ULID                            Decision: the keeper's log
//	E #collection actor               FeaturedItem
//	e #actor collection                 in which collections an actor has a place; value: the actor
//	Z #id                             Stamp
//	z #interacting #target              id of the stamp of that pair
//	j #actor                            count of the stamps that an actor gave, or a domain was given
//	U ULID                            Report (closed ones expire)
//	u #host ULID                        reports of a host that are open
//	G #from                           Move
//	m #to from                          who moved to an actor
//	h #handle                           who moved away from the listing of that handle
//	K id                              Candidate
//	q #aggregator id                    what an aggregator has proposed; value: the aggregator
//	T #aggregator                     Source
//	o #source slug                    Collective: the list of its members as that source gives it
//	w elpmaxe.host:port               Site, under its name with the labels turned round: what lies below a domain lies together
//	f #address                        SiteFile
//	I #hoster number                  HistoryEntry, the latest with the highest number
//	y #hoster                           Past: how far the numbers of its entries go
//	M schema                          version of this layout
//	M commits                         number of transactions; see odometer.go
//
// A value is one byte, the version of its format (1), and JSON; that of a
// Document (2) goes on after the JSON with a line feed and the body as it is.
// The values of indexes are empty or one id.
//
// When lanes and refreshes are due is held in memory, and read from their
// records when the store is opened.
//
// # Writing
//
// One goroutine writes. While it waits for the disk, the Changes that arrive
// gather, and the next transaction takes them all: many callers share one
// sync, and a caller alone waits for nobody. Each Change is evaluated in turn
// and sees those before it. Apply returns when the disk has what it was given.
package badger
