package federation

import "context"

// ForgetHost is what the delivery worker calls for a host that is lost.
func (n *Node) ForgetHost(ctx context.Context, host string) { n.forgetHost(ctx, host) }
