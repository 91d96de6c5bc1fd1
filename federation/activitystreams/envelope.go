package activitystreams

// Envelope gives the part of a received activity that go-fed may parse:
// @context, id, type, actor, object and target as an id or as {id, type}, to,
// cc. Whatever else the activity holds cannot reach the typed vocabulary.
func (o Object) Envelope() ([]byte, error) { return nil, errSkeleton }
