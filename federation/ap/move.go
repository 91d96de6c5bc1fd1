package ap

import "time"

// Move is an actor that went to live elsewhere (FEP-7628), as far as this
// node's directory followed it there. There is one for each From. Once done it
// leads whoever asks for the old listing to the new one.
type Move struct {
	From       IRI       `json:"from"`
	To         IRI       `json:"to"`
	FromHandle string    `json:"fromHandle,omitempty"` // "@name@host" of the old listing; "" where nothing leads away from it
	ToHandle   string    `json:"toHandle,omitempty"`   // "@name@host" of the new one, once it is listed
	At         time.Time `json:"at"`                   // received
	DoneAt     time.Time `json:"doneAt,omitzero"`      // zero until the new one was read
}

// Done reports whether the directory has gone over to the new actor.
func (m Move) Done() bool { return !m.DoneAt.IsZero() }
