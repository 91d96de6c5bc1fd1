package directory

// Hint is advice to the hoster who writes a profile: something that is allowed
// and that its people may wish to think over. It is never shown to visitors
// and never counts against anyone.
type Hint struct {
	Field string // path in the profile, as in FieldError
	ID    string // names the hint: "rotation-of-one"
	Text  Text   // the advice, in French and in English
}

// Hints gives what h's own people may wish to think over, in the order of the
// profile's fields.
func Hints(h Hoster) []Hint { return nil }
